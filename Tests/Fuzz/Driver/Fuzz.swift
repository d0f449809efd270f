import FuzzSupport
import Runtime

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `Fuzz NAME [argument of libFuzzer or of a generator] …`; `scripts/fuzz` builds and runs it.
@main enum Fuzz {
    /// What is done with one input. A trap, a sanitizer's report or a broken property ends the process, and the input is kept.
    typealias Check = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

    /// A function for C holds nothing, so each names its own check.
    private static let checks: [(name: String, check: Check)] = [
        ("parse", { passed($0, $1, Checks.parse) }),
        ("format", { passed($0, $1, Checks.format) }),
        ("program", { passed($0, $1, Checks.program) }),
        ("csv", { passed($0, $1, Checks.csv) }),
        ("npy", { passed($0, $1, Checks.npy) }),
        ("idx", { passed($0, $1, Checks.idx) }),
        ("safetensors", { passed($0, $1, Checks.safetensors) }),
    ]

    /// As the command does, on a deep stack.
    static func main() { DeepStack.run(work) }

    private static func work() {
        let words = Array(CommandLine.arguments.dropFirst())
        switch words.first {
        case "grammar": tell(Generators.grammar(Generators.Options(words)))
        case "mutate": tell(Generators.mutate(Generators.Options(words), folders: words.dropFirst().filter { !$0.hasPrefix("-") }))
        case "truncate":
            do { try Generators.truncate(files: Array(words.dropFirst())) } catch { fatalError("\(error)") }
        case let name?:
            guard let check = checks.first(where: { $0.name == name })?.check else { usage() }
            libFuzzer(check)
        case nil: usage()
        }
    }

    private static func tell(_ report: Generators.Report) {
        print(report)
        if !report.faults.isEmpty { exit(1) }
    }

    /// libFuzzer keeps the input of a process that ends in a trap.
    private static func passed(_ start: UnsafePointer<UInt8>?, _ count: Int, _ check: ([UInt8]) throws -> Int32) -> Int32 {
        do { return try check(Array(UnsafeBufferPointer(start: start, count: count))) } catch { fatalError("\(error)") }
    }

    private static func usage() -> Never {
        print("one of: grammar, mutate, truncate, \(checks.map(\.name).joined(separator: ", "))")
        exit(64)
    }

    /// Hands over to libFuzzer, with the name of the check taken out of the arguments.
    private static func libFuzzer(_ check: @escaping Check) {
        var count = CommandLine.argc - 1
        var arguments = CommandLine.unsafeArgv + 1
        arguments[0] = CommandLine.unsafeArgv[0]
        exit(runLibFuzzer(&count, &arguments, check))
    }
}

/// Of compiler-rt's `fuzzer_no_main`.
@_silgen_name("LLVMFuzzerRunDriver")
private func runLibFuzzer(
    _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ check: Fuzz.Check
) -> Int32
