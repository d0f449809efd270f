import Kernels

/// A plan of numbers alone that gives one number, to be called from an interpreted loop: a register program and where its operands go.
package final class ScalarCall {
    private let plan: Plan
    private let code: UnsafeMutablePointer<grad_instruction>
    private let count: Int
    private let registers: UnsafeMutablePointer<Double>
    private let output: Int

    fileprivate init(_ plan: Plan, _ instructions: [grad_instruction], output: Int) {
        self.plan = plan
        count = instructions.count
        code = .allocate(capacity: max(1, count))
        code.initialize(from: instructions, count: count)
        registers = plan.registers
        self.output = output
    }

    deinit { code.deallocate() }

    /// Puts an operand into the register that `Plan.scalarCall` told.
    @inline(__always)
    package func set(_ register: Int, _ number: Double) { registers[register] = number }

    /// The result; `nil` when a guard fails.
    @inline(__always)
    package func run() -> Double? {
        grad_run_scalar(code, count, registers) == GRAD_RAN_TO_THE_END ? registers[output] : nil
    }
}

extension Plan {
    /// Of a plan with one result of rank 0 and no other steps than arithmetic on numbers; also the registers of the inputs.
    package func scalarCall() -> (call: ScalarCall, inputs: [Int])? {
        guard resultCount == 1, var code = scalarCode, let conditions = conditions(), let output = register(ofResult: 0) else { return nil }
        for (register, holds) in conditions {
            code.append(grad_instruction(op: UInt16(GRAD_GUARD), dst: 0, a: UInt16(register), b: holds ? 1 : 0, c: 0))
        }
        let inputs = graph.inputs.indices.compactMap(register(ofInput:))
        guard inputs.count == graph.inputs.count else { return nil }
        return (ScalarCall(self, code, output: output), inputs)
    }
}
