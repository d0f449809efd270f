import Autodiff
import Tensors
import Testing

/// Values and derivatives of the catalogue against PyTorch's in f64, stored in Oracles/*.txt.
struct OracleTests {
    @Test(arguments: Oracle.files)
    func agreesWithPyTorch(_ file: String) throws {
        let cases = try Oracle.cases(of: file)
        #expect(!cases.isEmpty)
        for oracle in cases {
            do {
                compare(oracle, try Computed(oracle))
            } catch {
                Issue.record("\(oracle.testDescription): \(error)")
            }
        }
    }

    private func compare(_ oracle: Oracle, _ computed: Computed) {
        expect(computed.value, oracle.value, "value of \(oracle.testDescription)")
        if oracle.file == "special.txt" {
            #expect(zip(computed.value.numbers, oracle.value.numbers).allSatisfy { $0 != 0 || $1 != 0 || $0.sign == $1.sign }, "sign of zero of \(oracle.testDescription)")
        }
        for position in oracle.operands.indices {
            expect(computed.gradients[position], oracle.gradients[position], "gradient \(position) of \(oracle.testDescription)")
            expect(computed.seconds[position], oracle.seconds[position], "second order \(position) of \(oracle.testDescription)")
        }
    }

    private func expect(_ ours: Tensor?, _ theirs: Tensor?, _ what: String) {
        guard let theirs else { return }
        #expect(ours?.isClose(to: theirs) == true, "\(what): \(ours?.numbers ?? []), not \(theirs.numbers)")
    }
}

/// What our own tape gives for a case.
private struct Computed {
    let value: Tensor
    private(set) var gradients: [Tensor?]
    private(set) var seconds: [Tensor?]

    init(_ oracle: Oracle) throws {
        let tape = Tape()
        defer { tape.close() }
        gradients = oracle.operands.map { _ in nil }
        seconds = gradients
        let isVariable = oracle.gradients.map { $0 != nil }
        let nodes = zip(oracle.operands, isVariable).map { $1 ? tape.variable($0) : tape.constant($0) }
        let result = try tape.apply(oracle.primitive, nodes, oracle.attributes)
        value = result.value
        let positions = isVariable.indices.filter { isVariable[$0] }
        if positions.isEmpty { return }
        let variables = positions.map { nodes[$0] }
        let first = try tape.gradient(of: Weights.sum(result, salt: 1), by: variables)
        for (position, node) in zip(positions, first) { gradients[position] = node.value }
        guard oracle.seconds.contains(where: { $0 != nil }) else { return }
        let inner = first.enumerated().map { Weights.sum($1, salt: 2 + $0) }.reduce(tape.constant(Tensor(0)), +)
        let second = try tape.gradient(of: inner, by: variables)
        for (position, node) in zip(positions, second) { seconds[position] = node.value }
    }
}

extension Tensor {
    /// Same shape, every number within 1e-10 of the expected one, relative; NaN and infinities in the same places. A number that ought to
    /// vanish may be as large as rounding in its neighbours is,
    /// which a factorization's second derivative magnifies.
    func isClose(to expected: Tensor) -> Bool {
        guard shape == expected.shape else { return false }
        let scale = expected.numbers.filter(\.isFinite).map { abs($0) }.max() ?? 0
        return zip(numbers, expected.numbers).allSatisfy { ours, theirs in
            if theirs.isNaN { return ours.isNaN }
            if theirs.isInfinite || ours == theirs { return ours == theirs }
            return abs(ours - theirs) <= 1e-10 * abs(theirs) + 1e-12 * scale + 1e-15
        }
    }
}
