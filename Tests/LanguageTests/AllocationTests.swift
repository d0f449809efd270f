import AllocationCounter
import Runtime
import Syntax
import Testing

private var areCounted: Bool {
    #if DEBUG
        false
    #else
        allocations_of_this_thread() >= 0
    #endif
}

/// What a training loop asks for while it runs: nothing for an update by minibatch. Of optimized code alone: without, Swift itself asks for memory at every turn.
@Suite(.enabled(if: areCounted)) struct AllocationTests {
    private static let data = """
        X = sin(reshape(arange(16384), [4096, 4]))
        y = mod(arange(4096), 3)
        p = {W: sin(reshape(arange(24), [4, 6])), b: zeros([6]), V: cos(reshape(arange(18), [6, 3])), c: zeros([3])}

        """

    /// Of 200 updates and of 1000 within the same epoch: between them are the columns of the history, which grow by doubling.
    @Test(arguments: [
        "train((p, X, y) -> cross_entropy(tanh(X @ p.W + p.b) @ p.V + p.c, y), p, data: {X: X, y: y}, batch: 4, steps: N, rule: adam(lr: 0.01))",
        "train((p, X, y) -> cross_entropy(relu(X @ p.W + p.b) @ p.V + p.c, y), p, data: {X: X, y: y}, batch: 4, steps: N, rule: momentum(lr: 0.01), clip: 1, precision: f32)",
        "train((p, X, y) -> mean((sum(sigmoid(X @ p.W), axis: 1) - y)^2) + 0.01 * sum(p.W^2), {W: p.W}, data: {X: X, y: y}, batch: 4, steps: N, rule: rmsprop(lr: 0.01))",
    ]) func anUpdateAllocatesNothing(_ problem: String) {
        func allocations(_ steps: Int) -> Int {
            DeepStack.run {
                let session = Session()
                _ = session.run(AllocationTests.data)
                let before = allocations_of_this_thread()
                let found = session.run("r = " + problem.replacing("N", with: "\(steps)"))
                let after = allocations_of_this_thread()
                #expect(found.error == nil, "\(found.error?.message ?? "")")
                return after - before
            }
        }
        _ = allocations(200)
        let (few, many) = (allocations(200), allocations(1000))
        #expect(few > 0)
        #expect(many - few < 100, "\(many - few) more for 800 updates")
    }
}
