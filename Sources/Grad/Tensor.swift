import Tensors

/// Numbers in row-major order with a shape.
///
/// Copies share their memory; passing a tensor to a session or back does not copy its numbers.
public struct Tensor: Sendable {
    let storage: Tensors.Tensor

    /// How exactly its numbers are kept.
    public enum Precision: Sendable {
        /// 64 bits, as Swift's `Double`.
        case double
        /// 32 bits, as Swift's `Float`.
        case single
    }

    init(_ storage: Tensors.Tensor) { self.storage = storage }

    /// A vector.
    public init(_ numbers: [Double]) { storage = Tensors.Tensor(numbers) }

    /// Numbers in row-major order under a shape: the last axis runs fastest. An empty shape is a single number.
    ///
    /// - Throws: A ``GradError`` if there are not as many numbers as the shape holds.
    public init(_ numbers: [Double], shape: [Int], precision: Precision = .double) throws(GradError) {
        guard let checked = try? Shape.checked(shape), checked.count == numbers.count else {
            throw GradError(.conversion, message: "\(numbers.count) numbers do not fill the shape \(shape)")
        }
        storage = Tensors.Tensor(numbers, shape: checked, type: precision == .double ? .f64 : .f32)
    }

    /// Numbers that `fill` puts into the tensor's own memory, which holds zeros: without a copy.
    ///
    /// - Throws: A ``GradError`` if there is no tensor of this shape.
    public init(shape: [Int], fill: (inout MutableSpan<Double>) throws -> Void) throws {
        guard let checked = try? Shape.checked(shape) else { throw GradError(.conversion, message: "there is no tensor of the shape \(shape)") }
        storage = try Tensors.Tensor(f64: checked) { numbers in
            numbers.initialize(repeating: 0)
            var span = numbers.mutableSpan
            try fill(&span)
        }
    }

    /// Each number put through `change`: a tensor of the same shape.
    public func map(_ change: (Double) throws -> Double) rethrows -> Tensor {
        let source = storage.converted(to: .f64)
        let mapped = try source.withDoubles { numbers in
            try Tensors.Tensor(f64: source.shape) { for i in $0.indices { $0[i] = try change(numbers[i]) } }
        }
        return Tensor(mapped.converted(to: storage.type))
    }

    /// The numbers of two tensors of one shape put together by `combine`.
    ///
    /// - Throws: A ``GradError`` if the shapes differ.
    public func zip(with other: Tensor, _ combine: (Double, Double) -> Double) throws(GradError) -> Tensor {
        guard shape == other.shape else {
            throw GradError(.conversion, message: "tensors of the shapes \(shape) and \(other.shape) do not go together number by number")
        }
        let (one, two) = (storage.converted(to: .f64), other.storage.converted(to: .f64))
        let combined = one.withDoubles { one in
            two.withDoubles { two in
                Tensors.Tensor(f64: storage.shape) { for i in $0.indices { $0[i] = combine(one[i], two[i]) } }
            }
        }
        return Tensor(combined.converted(to: storage.type))
    }

    /// The lengths of its axes, outermost first.
    public var shape: [Int] { storage.shape.axes }

    /// How many numbers it holds.
    public var count: Int { storage.count }

    /// How exactly its numbers are kept.
    public var precision: Precision { storage.type == .f64 ? .double : .single }

    /// All numbers in row-major order.
    public var numbers: [Double] { storage.numbers }

    /// Calls `body` with the numbers in row-major order, without copying those of a tensor in double precision.
    public func withUnsafeNumbers<Result>(_ body: (UnsafeBufferPointer<Double>) throws -> Result) rethrows -> Result {
        let exact = storage.converted(to: .f64)
        return try exact.withDoubles { try body(UnsafeBufferPointer(start: $0, count: exact.count)) }
    }
}

extension Tensor: Equatable {
    /// Whether both have the same shape and the same numbers; NaN equals nothing.
    public static func == (a: Tensor, b: Tensor) -> Bool {
        a.storage.shape == b.storage.shape && a.numbers == b.numbers
    }
}
