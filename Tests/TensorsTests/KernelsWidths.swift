import KernelWidths
import Kernels

/// The elementwise kernels and chains at one vector width; "selected" is the one that the program takes on this machine.
struct KernelWidth: Sendable {
    let name: String
    let unaryDouble: @Sendable (grad_operation, [Double]) -> [Double]
    let unarySingle: @Sendable (grad_operation, [Float]) -> [Float]
    let binaryDouble: @Sendable (grad_operation, [Double], [Double]) -> [Double]
    let binarySingle: @Sendable (grad_operation, [Float], [Float]) -> [Float]
    /// Runs a chain from an element on, for so many, in scratch memory.
    let chainDouble: Chain
    let chainSingle: Chain

    typealias Chain = @Sendable (UnsafePointer<grad_fused>, Int, Int, UnsafeMutableRawPointer) -> Void

    /// All that this machine can run.
    static let all: [KernelWidth] = {
        var first: UnsafePointer<grad_width>?
        let count = grad_widths(&first)
        let selected = KernelWidth(
            name: "selected", unaryDouble: { unary($0, $1) }, unarySingle: { unary($0, $1) },
            binaryDouble: { binary($0, $1, $2) }, binarySingle: { binary($0, $1, $2) },
            chainDouble: { grad_fused_f64($0, $1, $2, $3) }, chainSingle: { grad_fused_f32($0, $1, $2, $3) })
        return [selected] + UnsafeBufferPointer(start: first, count: count).filter { $0.runs_here != 0 }.map(KernelWidth.init)
    }()
}

extension KernelWidth {
    init(_ width: grad_width) {
        let unary64 = width.unary_f64!, unary32 = width.unary_f32!, binary64 = width.binary_f64!, binary32 = width.binary_f32!
        let chain64 = width.chain_f64!, chain32 = width.chain_f32!
        name = String(cString: width.name)
        chainDouble = { chain64($0, $1, $2, $3) }
        chainSingle = { chain32($0, $1, $2, $3) }
        unaryDouble = { op, x in
            var y = [Double](repeating: 0, count: x.count)
            unary64(Int32(op.rawValue), x.count, x, &y)
            return y
        }
        unarySingle = { op, x in
            var y = [Float](repeating: 0, count: x.count)
            unary32(Int32(op.rawValue), x.count, x, &y)
            return y
        }
        binaryDouble = { op, a, b in
            var y = [Double](repeating: 0, count: a.count)
            binary64(Int32(op.rawValue), a.count, a, 1, b, 1, &y)
            return y
        }
        binarySingle = { op, a, b in
            var y = [Float](repeating: 0, count: a.count)
            binary32(Int32(op.rawValue), a.count, a, 1, b, 1, &y)
            return y
        }
    }
}
