import Kernels
import Tensors

// Units of numbers as register programs.

extension PlanCompiler {
    mutating func emitScalars(_ terms: [Int]) {
        guard registers.count < ScalarStep.mostRegisters else { return emitRuns(terms) }
        var code: [grad_instruction] = []
        let products = joinedProducts(Set(terms))
        let joined = Set(products.values)
        for place in terms where !joined.contains(place) {
            let term = graph[place]
            let sources = term.operands.map { UInt16(truncatingIfNeeded: register(of: $0)) }
            let target = UInt16(truncatingIfNeeded: register(of: place))
            if let product = products[place] {
                code.append(joining(product, term, target, sources))
                continue
            }
            code.append(instruction(term, target, sources))
            if term.type == .f32, term.primitive !== Primitive.cast {
                code.append(grad_instruction(op: UInt16(GRAD_SINGLE), dst: target, a: target, b: 0, c: 0))
            }
        }
        steps.append(ScalarStep(code, label: label(terms)))
    }

    /// For each sum or difference the product that only it reads, so that the two are one instruction.
    private func joinedProducts(_ terms: Set<Int>) -> [Int: Int] {
        var products: [Int: Int] = [:]
        for place in terms {
            let term = graph[place]
            guard term.primitive === Primitive.add || term.primitive === Primitive.subtract, term.type == .f64 else { continue }
            products[place] = term.operands.first { operand in
                graph[operand].primitive === Primitive.multiply && graph[operand].type == .f64 && terms.contains(operand)
                    && onlyUser(of: operand) == place
            }
        }
        return products
    }

    private func joining(_ product: Int, _ term: Term, _ target: UInt16, _ sources: [UInt16]) -> grad_instruction {
        let isFirst = term.operands[0] == product
        let operation = term.primitive === Primitive.add ? GRAD_MUL_ADD : isFirst ? GRAD_MUL_SUB : GRAD_SUB_MUL
        let factors = graph[product].operands.map { UInt16(truncatingIfNeeded: register(of: $0)) }
        return grad_instruction(op: UInt16(operation), dst: target, a: factors[0], b: factors[1], c: isFirst ? sources[1] : sources[0])
    }

    /// As runs of programs that have registers of their own. The terms of a unit lie side by side.
    private mutating func emitRuns(_ terms: [Int]) {
        let operations = terms.map { place in
            let term = graph[place]
            return NumberOperation(
                operation: instruction(term, 0, []).op, isSingle: term.type == .f32 && term.primitive !== Primitive.cast,
                operands: term.operands.map { register(of: $0) })
        }
        let first = register(of: terms[0])
        for run in ScalarRun.divide(operations, first: first) {
            let label = label(Array(terms[run.start..<run.start + run.length]))
            steps.append(ScalarRunStep(run, operations, first: first, label: run.repeats > 1 ? "\(run.repeats) times: \(label)" : label))
        }
    }

    /// Squares and casts are operations of their own.
    func instruction(_ term: Term, _ target: UInt16, _ sources: [UInt16]) -> grad_instruction {
        var operation = UInt16(term.primitive.operation?.rawValue ?? GRAD_IDENTITY.rawValue)
        if term.primitive === Primitive.power, graph[term.operands[1]].number == 2 { operation = UInt16(GRAD_SQUARE.rawValue) }
        if term.primitive === Primitive.cast, term.type == .f32 { operation = UInt16(GRAD_SINGLE) }
        return grad_instruction(
            op: operation, dst: target, a: sources.first ?? 0, b: sources.count > 1 ? sources[1] : 0, c: sources.count > 2 ? sources[2] : 0)
    }
}
