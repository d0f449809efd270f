import Datasets
package import Runtime
import Syntax
import Tensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What must hold of any input; what does not is thrown as a `Fault`.
package enum Checks {
    package struct Fault: Error, CustomStringConvertible {
        package let description: String
    }

    package static let byName: [(name: String, check: @Sendable ([UInt8]) throws -> Int32)] = [
        ("parse", parse), ("format", format), ("program", program), ("csv", csv), ("npy", npy), ("idx", idx), ("safetensors", safetensors),
    ]

    /// Any bytes give a tree and diagnostics whose places lie in the text and which can be rendered.
    package static func parse(_ bytes: [UInt8]) throws -> Int32 {
        let source = Source(id: SourceID(0), name: "input", bytes: bytes)
        let result = Syntax.parse(source)
        for diagnostic in result.diagnostics { try require(isWhole(diagnostic, source), "a place outside of the text") }
        return 0
    }

    private static func isWhole(_ diagnostic: Diagnostic, _ source: Source) -> Bool {
        let renderer = DiagnosticRenderer(color: true, width: 60) { _ in source }
        let isInside = diagnostic.span.map { $0.start <= $0.end && Int($0.end) <= source.bytes.count } ?? true
        return isInside && !renderer.render(diagnostic).isEmpty
    }

    /// What parses formats to a text that parses to the same tree, and formatting that changes nothing.
    package static func format(_ bytes: [UInt8]) throws -> Int32 {
        let source = Source(id: SourceID(0), name: "input", bytes: bytes)
        let result = Syntax.parse(source)
        guard result.diagnostics.isEmpty, let formatted = Syntax.format(source) else { return -1 }
        let again = Source(id: SourceID(1), name: "formatted", text: formatted)
        let reparsed = Syntax.parse(again)
        try require(reparsed.diagnostics.isEmpty, "the formatted text does not parse:\n\(formatted)")
        try require(reparsed.program.dump == result.program.dump, "the formatted text is another program:\n\(formatted)")
        try require(Syntax.format(again) == formatted, "formatting twice is not formatting once:\n\(formatted)")
        return 0
    }

    /// A program ends with values or messages, in bounded time, and the session goes on.
    package static func program(_ bytes: [UInt8]) throws -> Int32 {
        // A search grows by itself; long inputs only make it slow.
        guard bytes.count < 4096 else { return -1 }
        try run(bytes)
        return 0
    }

    package static func csv(_ bytes: [UInt8]) throws -> Int32 { try loads { _ = try CSV.parse(bytes) } }
    package static func idx(_ bytes: [UInt8]) throws -> Int32 { try loads { _ = try IDX.read(bytes) } }

    /// What is read is written to what reads the same.
    package static func npy(_ bytes: [UInt8]) throws -> Int32 {
        try loads {
            let tensor = try NPY.read(bytes)
            try require(try NPY.read(NPY.write(tensor)).isIdentical(to: tensor), "what was written does not read back")
        }
    }

    package static func safetensors(_ bytes: [UInt8]) throws -> Int32 {
        try loads {
            let file = try Safetensors(reading: bytes)
            let again = try Safetensors(reading: file.bytes)
            try require(again.tensors.map(\.name) == file.tensors.map(\.name), "other tensors read back than were written")
            for (first, second) in zip(file.tensors, again.tensors) {
                try require(first.tensor.isIdentical(to: second.tensor), "what was written does not read back")
            }
        }
    }

    private static func loads(_ read: () throws -> Void) throws -> Int32 {
        do {
            try read()
        } catch let error as DataError {
            try require(!error.message.isEmpty, "an error without a message")
        }
        return 0
    }

    static func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw Fault(description: message()) }
    }
}

extension Checks {
    /// What a program may do, so that it ends in the same place on every machine.
    private static var limits: Limits {
        var limits = Limits()
        limits.steps = 2_000
        limits.memory = 1_000_000_000
        limits.output = 1_000_000
        return limits
    }
    /// One that has taken so many seconds of the processor works without counting its steps. By the clock a busy machine takes any time.
    private static let patience = 60.0
    private static func processorTime() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

    /// Runs a program, and then asks its session for a sum.
    @discardableResult
    package static func run(_ bytes: [UInt8]) throws -> Interpreter.Outcome {
        let start = processorTime()
        var environment = Environment(print: { _ in }, note: { _ in }, interruptions: { processorTime() - start > patience ? 1 : 0 }, now: now)
        environment.readFile = nil
        environment.limits = limits
        let interpreter = Interpreter(environment: environment)
        let source = interpreter.addSource(name: "input", bytes: bytes)
        let renderer = DiagnosticRenderer(color: false) { interpreter.source($0) }
        let outcome = interpreter.run(source) { event in
            if case .value(let value) = event { _ = interpreter.machine.style.describe(value) }
        }
        switch outcome {
        case .finished(let value): _ = interpreter.machine.style.describe(value)
        case .rejected(let found):
            try require(!found.isEmpty, "rejected without a word")
            for diagnostic in found { try require(!renderer.render(diagnostic).isEmpty, "an empty message") }
        case .failed(let diagnostic): try require(!renderer.render(diagnostic).isEmpty, "an empty message")
        case .interrupted: throw Fault(description: "it did not end in \(patience) seconds, by no limit")
        }
        try require(processorTime() - start < patience, "it did not end in \(patience) seconds, nor heard an interruption")
        try require(interpreter.preludeFaults.isEmpty, "the prelude failed")
        guard case .finished(.number(2)) = interpreter.run(interpreter.addSource(name: "after", bytes: Array("1 + 1".utf8))) else {
            throw Fault(description: "the session is not alive")
        }
        return outcome
    }

    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
