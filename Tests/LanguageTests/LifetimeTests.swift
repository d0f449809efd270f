import Foundation
import Runtime
import Syntax
import Testing

/// A session that is let go of leaves nothing behind.
@Suite struct LifetimeTests {
    @Test(arguments: [
        "1 + 1", "f(x) = x + 1\nf(2)", "f(n) = if n == 0 then 1 else n * f(n - 1)\nf(5)", "even(n) = if n == 0 then true else odd(n - 1)\nodd(n) = if n == 0 then false else even(n - 1)\neven(6)",
        "f(x) = assert(false)\nf(1)", "f(x) = f(x) + 1\nf(1)", "relu(-1)", "g = grad(x -> x^3)\nfor i in 1...5 { g(2) }", "formula(grad(w -> (w - 3)^2))",
        "run = train(w -> (w - 3)^2, 0, rule: adam(lr: 0.1), steps: 20)", "rule mine(lr: 0.1) { update(θ, g, t) = θ - lr * g }\nrun = train(w -> w^2, 1, rule: mine(), steps: 5)",
        "L(w) = (w - 3)^2\nsweep(lr -> train(L, 0, lr: lr, steps: 5), [0.1, 0.2, 0.3])", "f = x -> 1\nfor i in 1...3 { g = f\nf <- x -> g(x) + 1 }\nf(1)",
    ])
    func aSessionIsFreed(_ program: String) {
        weak var freed: Machine?
        do {
            let session = Session()
            session.interpreter.machine.environment.cores = 2
            DeepStack.run { _ = session.run(program) }
            freed = session.interpreter.machine
            #expect(freed != nil)
        }
        #expect(freed == nil)
    }
}
