#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What a sanitizer of the tests was told, for the programs that they start with an environment of its own.
package let sanitizerOptions: [String: String] = {
    var options: [String: String] = [:]
    for name in ["ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"] {
        if let value = getenv(name) { options[name] = String(cString: value) }
    }
    return options
}()
