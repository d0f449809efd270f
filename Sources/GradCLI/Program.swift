import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@main
enum Program {
    static func main() {
        // A reader that goes away (`grad x.grad | head`) ends the program quietly, even if the parent ignored the signal. And whatever the
        // parent blocked, Ctrl-C is heard.
        signal(SIGPIPE, SIG_DFL)
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        // Products are shared by helpers of our own. OpenBLAS would start threads of its own when it is loaded, which wait awake beside them.
        setenv("OPENBLAS_NUM_THREADS", "1", 1)
        do {
            var command = try GradCommand.parseAsRoot()
            try command.run()
        } catch {
            GradCommand.exit(withError: error)
        }
    }
}
