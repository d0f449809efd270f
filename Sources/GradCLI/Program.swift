import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@main
enum Program {
    static func main() {
        // A reader that goes away (`grad x.grad | head`) ends the program quietly, even if the parent ignored the signal.
        signal(SIGPIPE, SIG_DFL)
        do {
            var command = try GradCommand.parseAsRoot()
            try command.run()
        } catch {
            GradCommand.exit(withError: error)
        }
    }
}
