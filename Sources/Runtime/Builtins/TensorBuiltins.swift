import Autodiff
import Syntax
import Tensors

extension Builtin {
    static let tensors: [Builtin] = [
        zeros, ones, full, eye, zerosLike, onesLike, fullLike, linspace, logspace, arange, makeTensor, f32, f64, shape, rank, size,
    ]

    // MARK: Filled

    static let zeros = Builtin(
        "zeros", [.required("shape")], .tensors, summary: "a tensor of zeros",
        examples: ["zeros([2])  # [0, 0]", "zeros([2, 3])  # [[0, 0, 0], [0, 0, 0]]"]
    ) { call in Value(Tensor(repeating: 0, shape: try call.shape(0))) }

    static let ones = Builtin(
        "ones", [.required("shape")], .tensors, summary: "a tensor of ones", examples: ["ones([2])  # [1, 1]"]
    ) { call in Value(Tensor(repeating: 1, shape: try call.shape(0))) }

    static let full = Builtin(
        "full", [.required("shape"), .required("value")], .tensors, summary: "a tensor with one number in every place",
        examples: ["full([3], 7)  # [7, 7, 7]"]
    ) { call in
        let shape = try call.shape(0)
        guard try call.outline(1).rank == 0 else {
            throw call.typeError(1, needs: "a number", hints: ["`expand` stretches a tensor to a shape"])
        }
        return try call.apply(.expand, [call[1]], Attributes([.ints(shape.axes)]))
    }

    static let eye = Builtin(
        "eye", [.required("n"), .optional("m", "n")], .tensors,
        summary: "the identity matrix: n rows and m columns, 1 on the diagonal, else 0", examples: ["eye(2)  # [[1, 0], [0, 1]]"]
    ) { call in
        let rows = try call.count(0)
        let columns = call.has(1) ? try call.count(1) : rows
        let shape = try call.checked { () throws(PrimitiveError) in
            let shape = try Shape.checked([rows, columns], limit: 1 << 31)
            try Account.admit(shape.axes)
            return shape
        }
        return Value(Tensor(f64: shape) { numbers in
            numbers.update(repeating: 0)
            for i in 0..<min(rows, columns) { numbers[i * columns + i] = 1 }
        })
    }

    static let zerosLike = like("zeros_like", 0, "zeros")
    static let onesLike = like("ones_like", 1, "ones")

    private static func like(_ name: String, _ number: Double, _ plural: String) -> Builtin {
        Builtin(
            name, [.required("x")], .tensors,
            summary: "\(plural) in the form of x: a number, a tensor of its shape and type, or a record or list of such",
            examples: ["\(name)([5, 6])  # [\(Int(number)), \(Int(number))]", "\(name)({w: [1, 2], b: 3}).w  # [\(Int(number)), \(Int(number))]"]
        ) { call in
            try call[0].mapLeaves { leaf in
                guard let tensor = leaf.outline else { throw call.typeError(0, needs: "numbers or tensors") }
                return Value(Tensor(repeating: number, shape: tensor.shape, type: tensor.type))
            }
        }
    }

    static let fullLike = Builtin(
        "full_like", [.required("x"), .required("value")], .tensors, summary: "a tensor of x's shape and type with one number in every place",
        examples: ["full_like([5, 6], 2)  # [2, 2]"]
    ) { call in
        let tensor = try call.outline(0)
        guard try call.outline(1).rank == 0 else { throw call.typeError(1, needs: "a number") }
        let filled = try call.apply(.expand, [call[1]], Attributes([.ints(tensor.shape.axes)]))
        return tensor.type == .f64 ? filled : try call.apply(.cast, [filled], Attributes([.text(tensor.type.name)]))
    }

    // MARK: Sequences

    static let linspace = Builtin(
        "linspace", [.required("start"), .required("stop"), .optional("count", "50")], .tensors,
        summary: "evenly spaced numbers from start to stop, both included", examples: ["linspace(0, 1, 5)  # [0, 0.25, 0.5, 0.75, 1]"]
    ) { call in try evenly(call) }

    static let logspace = Builtin(
        "logspace", [.required("start"), .required("stop"), .optional("count", "50"), .optional("base", "10")], .tensors,
        summary: "numbers from base^start to base^stop, each the same multiple of the one before",
        examples: ["logspace(0, 3, 4)  # [1, 10, 100, 1000]"]
    ) { call in
        let base = call.has(3) ? call[3] : .number(10)
        guard base.outline?.rank == 0 else { throw call.typeError(3, needs: "a number") }
        return try call.apply(.power, [base, try evenly(call)])
    }

    /// start · (1 - t) + stop · t, which meets both ends exactly and passes derivatives to them.
    private static func evenly(_ call: Call) throws -> Value {
        for index in 0...1 {
            guard try call.outline(index).rank == 0 else { throw call.typeError(index, needs: "a number") }
        }
        let count = call.has(2) ? try call.count(2) : 50
        let steps = Double(max(1, count - 1))
        if case .number(let start) = call[0], case .number(let stop) = call[1] {
            return Value(Tensor(f64: Shape([count])) { numbers in
                for i in numbers.indices {
                    // Multiplied before divided: 3 tenths are then 0.3.
                    numbers[i] = start + (stop - start) * Double(i) / steps
                }
                if count > 1 { numbers[count - 1] = stop }
            })
        }
        let forth = Value(Tensor((0..<count).map { Double($0) / steps }))
        let back = Value(Tensor((0..<count).map { 1 - Double($0) / steps }))
        return try call.apply(.add, [try call.apply(.multiply, [call[0], back]), try call.apply(.multiply, [call[1], forth])])
    }

    static let arange = Builtin(
        "arange", [.required("start"), .optional("stop", "none"), .optional("step", "1")], .tensors,
        summary: "numbers from start up to but not including stop, step apart; arange(n) counts from 0",
        examples: ["arange(4)  # [0, 1, 2, 3]", "arange(1, 2, 0.25)  # [1, 1.25, 1.5, 1.75]", "arange(3, 0, step: -1)  # [3, 2, 1]"]
    ) { call in
        let first = try call.number(0)
        let (start, stop) = call.has(1) ? (first, try call.number(1)) : (0, first)
        let step = try call.number(2, default: 1)
        guard step != 0, !step.isNaN else { throw call.problem("the step of `arange` cannot be \(NumberStyle().format(step))", at: 2) }
        let count = max(0, ((stop - start) / step).rounded(.up))
        guard count <= Double(Machine.mostElements) else { throw call.problem("`arange` would give too many numbers") }
        try call.checked { () throws(PrimitiveError) in try Account.admit([Int(count)]) }
        return Value(Tensor(f64: Shape([Int(count)])) { numbers in
            for i in numbers.indices { numbers[i] = start + Double(i) * step }
        })
    }

    // MARK: Conversions

    static let makeTensor = Builtin(
        "tensor", [.required("x")], .tensors,
        summary: "the numbers of a list, a range or a string of them as a tensor; rows of one shape stack",
        examples: ["tensor(1...4)  # [1, 2, 3, 4]", "tensor(list([1, 2], [3, 4]))  # [[1, 2], [3, 4]]"]
    ) { call in
        func tensor(_ value: Value) throws -> Value {
            switch value.settled {
            case .list, .range:
                let parts = try call.elements(value.settled, at: call.span(0)).map(tensor)
                return try call.machine.array(parts, Site(call.span(0)))
            case .boolean(let boolean): return .number(boolean ? 1 : 0)
            case let value where value.isNumeric: return value
            case let value:
                throw call.problem("a tensor holds numbers, but there is \(value.typeDescription) here", at: 0)
            }
        }
        return try tensor(call[0])
    }

    static let f32 = cast("f32", "32-bit numbers: faster, with about 7 digits", example: "f32([0.5, 2])  # f32([0.5, 2])")
    static let f64 = cast("f64", "64-bit numbers, as all are unless told otherwise", example: "f64(f32([0.5, 2]))  # [0.5, 2]")

    private static func cast(_ name: String, _ what: String, example: String) -> Builtin {
        Builtin(
            name, [.required("x")], .tensors, summary: "x with \(what); of a record or list, every number in it", examples: [example]
        ) { call in
            try call[0].mapLeaves { leaf in
                guard leaf.isNumeric else { throw call.typeError(0, needs: "numbers or tensors") }
                return try call.apply(.cast, [leaf], Attributes([.text(name)]))
            }
        }
    }

    // MARK: Asking

    static let shape = Builtin(
        "shape", [.required("x")], .tensors, summary: "the lengths of x's axes, as a tensor; [] for a number",
        examples: ["shape([[1, 2, 3]])  # [1, 3]"]
    ) { call in
        if case .object(let object) = call[0], let shape = object.shape { return .tensor(TensorValue(Tensor(shape.axes.map(Double.init)))) }
        return .tensor(TensorValue(Tensor(try call.outline(0).shape.axes.map(Double.init))))
    }

    static let rank = Builtin(
        "rank", [.required("x")], .tensors, summary: "how many axes x has: 0 for a number, 1 for a vector, 2 for a matrix",
        examples: ["rank([[1, 2, 3]])  # 2"]
    ) { call in .number(Double(try call.outline(0).rank)) }

    static let size = Builtin(
        "size", [.required("x"), .optional("axis", "all")], .tensors, summary: "how many numbers x holds, or how long one axis is",
        examples: ["size([[1, 2, 3]])  # 3", "size([[1, 2, 3]], axis: 0)  # 1"]
    ) { call in
        let tensor = try call.outline(0)
        guard call.has(1) else { return .number(Double(tensor.count)) }
        let given = try call.whole(1)
        let axis = try call.checked(at: 1) { () throws(PrimitiveError) in try tensor.shape.axis(given) }
        return .number(Double(tensor.shape[axis]))
    }
}
