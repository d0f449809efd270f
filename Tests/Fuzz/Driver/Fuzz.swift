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
        ("parse", { Checks.parse(bytes($0, $1)) }),
        ("format", { Checks.format(bytes($0, $1)) }),
        ("program", { Checks.program(bytes($0, $1)) }),
        ("csv", { Checks.csv(bytes($0, $1)) }),
        ("npy", { Checks.npy(bytes($0, $1)) }),
        ("idx", { Checks.idx(bytes($0, $1)) }),
        ("safetensors", { Checks.safetensors(bytes($0, $1)) }),
    ]

    /// As the command does, on a deep stack.
    static func main() { DeepStack.run(work) }

    private static func work() {
        let words = Array(CommandLine.arguments.dropFirst())
        switch words.first {
        case "grammar": Generators.grammar(Generators.Options(words))
        case "mutate": Generators.mutate(Generators.Options(words), folders: words.dropFirst().filter { !$0.hasPrefix("-") })
        case "truncate": Generators.truncate(files: Array(words.dropFirst()))
        case let name?:
            guard let check = checks.first(where: { $0.name == name })?.check else { usage() }
            libFuzzer(check)
        case nil: usage()
        }
    }

    private static func usage() -> Never {
        print("one of: grammar, mutate, truncate, \(checks.map(\.name).joined(separator: ", "))")
        exit(64)
    }

    private static func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
        Array(UnsafeBufferPointer(start: start, count: count))
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
