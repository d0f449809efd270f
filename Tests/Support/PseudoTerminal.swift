#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A program on a terminal of its own: keys go in, the screen comes out.
package final class PseudoTerminal {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Something that has to live as long as the program runs, such as its home directory.
    package var companion: AnyObject?

    package private(set) var screen: Screen
    /// Everything the program sent.
    package private(set) var output: [UInt8] = []
    package let process: Int32
    private let master: Int32
    private var status: Int32?

    /// Starts `program` with nothing in its environment but `environment`, and what a sanitizer is told.
    package init(
        _ program: String, arguments: [String] = [], environment: [String: String], width: Int = 60, height: Int = 20
    ) throws {
        screen = Screen(width: width, height: height)
        let name: String
        (master, name) = try Self.open()
        Self.setSize(master, width: width, height: height)
        process = try Self.spawn(program, arguments, environment, terminal: name)
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(master)
    }

    /// The two ends of a new pseudo-terminal: a descriptor of ours, and the name of the program's.
    private static func open() throws -> (master: Int32, name: String) {
        #if os(Linux)
        // posix_openpt and its like are hidden from strict C, and so from Swift; these are the requests they make.
        let unlock: UInt = 0x4004_5431
        let getNumber: UInt = 0x8004_5430
        let master = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var locked: Int32 = 0
        var number: Int32 = 0
        if master >= 0, ioctl(master, unlock, &locked) == 0, ioctl(master, getNumber, &number) == 0 {
            return (master, "/dev/pts/\(number)")
        }
        #else
        let master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)
        if master >= 0, grantpt(master) == 0, unlockpt(master) == 0, let name = ptsname(master) {
            return (master, String(cString: name))
        }
        #endif
        throw Failure(description: "no pseudo-terminal: \(String(cString: strerror(errno)))")
    }

    /// The child leads a session, so the first terminal it opens becomes its own, and Ctrl-C and Ctrl-Z reach it.
    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String: String], terminal: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        let ownSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which glibc shows to GNU programs alone
        posix_spawnattr_setflags(
            &attributes, Int16(ownSession | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)))
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.merging(instrumentation) { own, _ in own }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var process: pid_t = 0
        let error = posix_spawn(&process, program, &actions, &attributes, &words, &variables)
        guard error == 0 else { throw Failure(description: "\(program): \(String(cString: strerror(error)))") }
        return process
    }

    private static func setSize(_ descriptor: Int32, width: Int, height: Int) {
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }

    /// Makes the screen wider or narrower, as when its window is dragged.
    package func resize(width: Int) {
        screen.resize(width: width)
        Self.setSize(master, width: width, height: screen.height)
    }

    package func send(_ keys: String) throws {
        try send(bytes: Array(keys.utf8))
    }

    package func send(bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(description: "the terminal is gone") }
            rest = rest.dropFirst(count)
        }
    }

    package func signal(_ number: Int32) { kill(process, number) }

    /// Reads what the program sends until `condition` holds.
    package func wait(
        seconds: Double = 60, _ what: String = "the condition", until condition: (Screen) -> Bool
    ) throws {
        let deadline = Self.now() + seconds
        while !condition(screen) {
            let left = deadline - Self.now()
            if left <= 0 || !receive(seconds: left) {
                throw Failure(description: "waited in vain for \(what); the screen:\n\(screen.text)")
            }
        }
    }

    /// Reads until nothing has come for a while.
    package func settle(seconds: Double = 0.15) {
        while receive(seconds: seconds) {}
    }

    /// - Returns: false if nothing came in time, or nothing comes any more.
    private func receive(seconds: Double) -> Bool {
        var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, Int32(max(0, seconds * 1000))) > 0 else { return false }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = read(master, &bytes, bytes.count)
        guard count > 0 else { return false }
        output += bytes[..<count]
        screen.feed(bytes[..<count])
        return true
    }

    /// Waits until the program has ended.
    ///
    /// - Returns: its exit status, or 128 and the signal that ended it.
    package func waitForExit(seconds: Double = 60) throws -> Int32 {
        let deadline = Self.now() + seconds
        while true {
            settle(seconds: 0.02)
            var raw: Int32 = 0
            if waitpid(process, &raw, WNOHANG) == process {
                let result = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
                status = result
                return result
            }
            if Self.now() > deadline { throw Failure(description: "it does not end; the screen:\n\(screen.text)") }
        }
    }

    /// Whether the terminal is as a shell has it: it echoes, and hands lines over whole.
    package var isCooked: Bool {
        var settings = termios()
        guard tcgetattr(master, &settings) == 0 else { return false }
        let wanted = tcflag_t(ECHO) | tcflag_t(ICANON)
        return settings.c_lflag & wanted == wanted
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
