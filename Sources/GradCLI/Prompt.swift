import ArgumentParser
import GradREPL

/// Starts the prompt on a terminal; the one place where the command meets it.
func runPrompt(_ options: RunOptions, _ terminal: Terminal) throws {
    var settings = PromptSession.Settings()
    settings.seed = options.seed
    settings.digits = options.digits
    settings.language = options.language
    settings.stopsAtNaN = options.nan == .stop
    settings.plans = options.plans
    throw ExitCode(REPL(terminal: terminal, settings: settings, version: GradCommand.version).run())
}
