#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What a sanitizer of the tests was told.
package let sanitizerOptions = variables(["ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"])

/// The thread sanitizer keeps a file, which a limit on the size of files cuts off: programs under such a limit end within it.
package let isUnderThreadSanitizer = sanitizerOptions["TSAN_OPTIONS"] != nil

/// What programs that the tests start with an environment of its own are told of the sanitizer, and where their coverage is written: else it would be a file in the
/// folder that they are started in.
package let instrumentation = sanitizerOptions.merging(variables(["LLVM_PROFILE_FILE"])) { own, _ in own }

private func variables(_ names: [String]) -> [String: String] {
    var found: [String: String] = [:]
    for name in names {
        if let value = getenv(name) { found[name] = String(cString: value) }
    }
    return found
}
