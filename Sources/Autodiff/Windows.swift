import Tensors

/// How a window walks over the last one or two axes: the geometry that convolutions and pools share. One axis is two
/// with a height of 1.
struct Windows {
    struct Along {
        let input: Int
        let window: Int
        let stride: Int
        let padding: Int
        /// How many places the window has.
        let output: Int

        init(input: Int, window: Int, stride: Int, padding: Int) throws(PrimitiveError) {
            (self.input, self.window, self.stride, self.padding) = (input, window, stride, padding)
            guard window >= 1 else { throw PrimitiveError("a window has a length of at least 1, not \(window)") }
            guard stride >= 1 else { throw PrimitiveError("a stride is at least 1, not \(stride)") }
            guard padding >= 0 else { throw PrimitiveError("a padding cannot be negative, as in \(padding)") }
            guard stride <= Windows.longest, padding <= Windows.longest, input <= Windows.longest else {
                throw PrimitiveError("lengths, strides and paddings of windows go up to \(Windows.longest)", operands: [0])
            }
            guard window <= input + 2 * padding else {
                throw PrimitiveError(
                    "the window of \(window) is longer than the \(input) it walks over\(padding > 0 ? " with \(padding) on each side" : "")",
                    operands: [0], hint: "padding adds zeros on each side")
            }
            output = (input + 2 * padding - window) / stride + 1
        }

        /// The places, of `range`, at which the window's number `offset` lies inside the input.
        @inline(__always)
        func inside(_ offset: Int, _ range: Range<Int>) -> Range<Int> {
            let shift = padding - offset
            let first = max(range.lowerBound, shift <= 0 ? 0 : (shift + stride - 1) / stride)
            let last = input - 1 + shift
            let end = last < 0 ? 0 : min(range.upperBound, last / stride + 1)
            return first..<max(first, end)
        }

        /// The part of the input under the window at one of its places.
        @inline(__always)
        func covered(_ place: Int) -> Range<Int> {
            let start = place * stride - padding
            return max(0, start)..<max(0, min(input, start + window))
        }
    }

    let rows: Along
    let columns: Along

    static let longest = 1 << 30

    /// `input` and `window` are the lengths along the axes walked over.
    init(axes: Int, input: [Int], window: [Int], stride: [Int], padding: [Int]) throws(PrimitiveError) {
        let last = axes - 1
        columns = try Along(input: input[last], window: window[last], stride: stride[last], padding: padding[last])
        rows = axes == 1
            ? try Along(input: 1, window: 1, stride: 1, padding: 0)
            : try Along(input: input[0], window: window[0], stride: stride[0], padding: padding[0])
    }

    /// One number for each axis; a single number stands for all.
    static func lengths(_ given: [Int]?, _ axes: Int, _ name: String, default value: [Int]) throws(PrimitiveError) -> [Int] {
        guard let given else { return value }
        if given.count == axes { return given }
        guard given.count == 1 else {
            throw PrimitiveError("\(name) is one number\(axes == 2 ? " or two, for rows and columns" : ""), not \(given.count)")
        }
        return [Int](repeating: given[0], count: axes)
    }

    func output(axes: Int) -> [Int] { axes == 1 ? [columns.output] : [rows.output, columns.output] }

    var inputCount: Int { rows.input * columns.input }
    var outputCount: Int { rows.output * columns.output }
    var windowCount: Int { rows.window * columns.window }
}
