import Kernels

/// Numbers in row-major order with a shape: a value, copied when written to while shared.
///
/// A tensor of rank 0 holds its number in place, without any allocation.
package struct Tensor: @unchecked Sendable {
    package let shape: Shape
    package let type: ElementType
    /// `nil` for rank 0.
    package private(set) var storage: Storage?
    /// The number of a tensor of rank 0, already rounded to `type`.
    package let number: Double

    /// A single number.
    package init(_ number: Double, type: ElementType = .f64) {
        self.shape = .scalar
        self.type = type
        self.storage = nil
        self.number = type == .f64 ? number : Double(Float(number))
    }

    /// Wraps memory that holds `shape.count` numbers of `type`. Rank 0 copies its number out.
    package init(shape: Shape, type: ElementType, storage: Storage) {
        self.shape = shape
        self.type = type
        if shape.rank == 0 {
            self.storage = nil
            self.number =
                type == .f64 ? storage.bytes.load(as: Double.self) : Double(storage.bytes.load(as: Float.self))
        } else {
            self.storage = storage
            self.number = 0
        }
    }

    /// `numbers` in row-major order; there must be `shape.count` of them.
    package init(_ numbers: [Double], shape: Shape, type: ElementType = .f64) {
        precondition(numbers.count == shape.count, "as many numbers as the shape holds")
        let tensor = Tensor(f64: shape) { _ = $0.update(fromContentsOf: numbers) }
        self = tensor.converted(to: type)
    }

    /// A vector.
    package init(_ numbers: [Double]) { self.init(numbers, shape: Shape([numbers.count])) }

    /// Every number the same.
    package init(repeating number: Double, shape: Shape, type: ElementType = .f64) {
        if shape.rank == 0 {
            self.init(number, type: type)
        } else if type == .f64 {
            self.init(f64: shape) { numbers in
                Account.forEachBlock(numbers.count) { numbers[$0..<$0 + $1].update(repeating: number) }
            }
        } else {
            self.init(f32: shape) { numbers in
                Account.forEachBlock(numbers.count) { numbers[$0..<$0 + $1].update(repeating: Float(number)) }
            }
        }
    }

    /// Made by filling uninitialized memory of `shape.count` doubles.
    package init(f64 shape: Shape, fill: (UnsafeMutableBufferPointer<Double>) throws -> Void) rethrows {
        let count = shape.count
        if shape.rank == 0 {
            var number = 0.0
            try withUnsafeMutablePointer(to: &number) { try fill(UnsafeMutableBufferPointer(start: $0, count: 1)) }
            self.init(number)
            return
        }
        let storage = Storage(byteCount: count * 8)
        let numbers = storage.bytes.bindMemory(to: Double.self, capacity: count)
        try fill(UnsafeMutableBufferPointer(start: numbers, count: count))
        self.init(shape: shape, type: .f64, storage: storage)
    }

    /// Made by filling uninitialized memory of `shape.count` floats.
    package init(f32 shape: Shape, fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
        let count = shape.count
        if shape.rank == 0 {
            var number: Float = 0
            try withUnsafeMutablePointer(to: &number) { try fill(UnsafeMutableBufferPointer(start: $0, count: 1)) }
            self.init(Double(number), type: .f32)
            return
        }
        let storage = Storage(byteCount: count * 4)
        let numbers = storage.bytes.bindMemory(to: Float.self, capacity: count)
        try fill(UnsafeMutableBufferPointer(start: numbers, count: count))
        self.init(shape: shape, type: .f32, storage: storage)
    }

    /// Gives up the numbers: shape and type are all that is left, and whoever keeps it sees to it that no one reads more.
    package mutating func letGo() { storage = nil }

    package var rank: Int { shape.rank }
    package var count: Int { storage == nil ? 1 : shape.count }
    /// The bytes of its memory; 0 for a number.
    package var byteCount: Int { storage?.byteCount ?? 0 }
}

// MARK: - Reading

extension Tensor {
    /// The numbers as doubles; `type` must be `.f64`.
    package func withDoubles<R>(_ body: (UnsafePointer<Double>) throws -> R) rethrows -> R {
        precondition(type == .f64)
        if let storage {
            defer { withExtendedLifetime(storage) {} }
            return try body(UnsafePointer(storage.bytes.assumingMemoryBound(to: Double.self)))
        }
        return try withUnsafePointer(to: number, body)
    }

    /// The numbers as floats; `type` must be `.f32`.
    package func withFloats<R>(_ body: (UnsafePointer<Float>) throws -> R) rethrows -> R {
        precondition(type == .f32)
        if let storage {
            defer { withExtendedLifetime(storage) {} }
            return try body(UnsafePointer(storage.bytes.assumingMemoryBound(to: Float.self)))
        }
        return try withUnsafePointer(to: Float(number), body)
    }

    /// All numbers, in row-major order.
    package var numbers: [Double] {
        let count = count
        switch type {
        case .f64: return withDoubles { Array(UnsafeBufferPointer(start: $0, count: count)) }
        case .f32: return withFloats { UnsafeBufferPointer(start: $0, count: count).map(Double.init) }
        }
    }

    /// The number at a row-major position below `count`.
    package subscript(position: Int) -> Double {
        guard let storage else { return number }
        precondition(position >= 0 && (position + 1) * type.size <= storage.byteCount)
        return type == .f64
            ? storage.bytes.load(fromByteOffset: position * 8, as: Double.self)
            : Double(storage.bytes.load(fromByteOffset: position * 4, as: Float.self))
    }

    /// The same numbers in another type; a copy only if the type differs.
    package func converted(to target: ElementType) -> Tensor {
        if target == type { return self }
        if shape.rank == 0 { return Tensor(number, type: target) }
        let count = count
        switch target {
        case .f64: return withFloats { source in Tensor(f64: shape) { grad_f32_to_f64(count, source, $0.baseAddress) } }
        case .f32: return withDoubles { source in Tensor(f32: shape) { grad_f64_to_f32(count, source, $0.baseAddress) } }
        }
    }

    /// The same numbers under another shape of the same count; shares the memory.
    package func reshaped(to shape: Shape) -> Tensor {
        precondition(shape.count == count, "a reshape keeps the count")
        if let storage { return Tensor(shape: shape, type: type, storage: storage) }
        return shape.rank == 0 ? self : Tensor(repeating: number, shape: shape, type: type)
    }

    /// Whether both have the same shape, type and bits.
    package func isIdentical(to other: Tensor) -> Bool {
        guard shape == other.shape, type == other.type else { return false }
        return zip(numbers, other.numbers).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
}

// MARK: - Writing

extension Tensor {
    /// Writes one number at a row-major position below `count`; copies first if the memory is shared.
    package mutating func set(_ position: Int, to number: Double) {
        guard storage != nil else {
            self = Tensor(number, type: type)
            return
        }
        makeUnique()
        guard let storage else { return }
        precondition(position >= 0 && (position + 1) * type.size <= storage.byteCount)
        switch type {
        case .f64: storage.bytes.storeBytes(of: number, toByteOffset: position * 8, as: Double.self)
        case .f32: storage.bytes.storeBytes(of: Float(number), toByteOffset: position * 4, as: Float.self)
        }
    }

    /// In memory of someone else.
    package var isBorrowed: Bool { storage?.isBorrowed ?? false }

    /// The same numbers in memory of their own.
    package func copied() -> Tensor {
        guard let old = storage else { return self }
        let copy = Storage(byteCount: old.byteCount)
        copy.bytes.copyMemory(from: old.bytes, byteCount: old.byteCount)
        return Tensor(shape: shape, type: type, storage: copy)
    }

    package mutating func makeUnique() {
        guard !isKnownUniquelyReferenced(&storage), let old = storage else { return }
        let copy = Storage(byteCount: old.byteCount)
        copy.bytes.copyMemory(from: old.bytes, byteCount: old.byteCount)
        storage = copy
    }
}

extension Tensor {
    /// Whether no number is NaN or infinite.
    package var isFinite: Bool {
        if storage == nil { return number.isFinite }
        let count = count
        switch type {
        case .f64: return withDoubles { UnsafeBufferPointer(start: $0, count: count).allSatisfy(\.isFinite) }
        case .f32: return withFloats { UnsafeBufferPointer(start: $0, count: count).allSatisfy(\.isFinite) }
        }
    }
}
