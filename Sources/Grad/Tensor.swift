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
