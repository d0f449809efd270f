#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Where the native stack of a thread ends.
struct StackBounds {
    /// The address below which no further call should start.
    let limit: UInt

    /// What is kept free for kernels, derivative rules and error handling.
    private static let reserve: UInt = 256 * 1024

    static func current() -> StackBounds {
        #if canImport(Glibc)
        var attributes = pthread_attr_t()
        guard pthread_getattr_np(pthread_self(), &attributes) == 0 else { return StackBounds(limit: 0) }
        defer { pthread_attr_destroy(&attributes) }
        var address: UnsafeMutableRawPointer?
        var size = 0
        guard pthread_attr_getstack(&attributes, &address, &size) == 0, let address else {
            return StackBounds(limit: 0)
        }
        // The main thread's stack grows on demand, and glibc may report its largest extent; both ends lie at address.
        return StackBounds(limit: UInt(bitPattern: address) + min(reserve, UInt(size) / 4))
        #else
        let top = UInt(bitPattern: pthread_get_stackaddr_np(pthread_self()))
        let size = UInt(pthread_get_stacksize_np(pthread_self()))
        return StackBounds(limit: top - size + min(reserve, size / 4))
        #endif
    }
}
