import ArgumentParser
import Files
import GradREPL
import Runtime
import Tensors
import Wording

/// Options of running; they stand before the file.
struct RunOptions: ParsableArguments {
    @Option(
        name: [.customShort("e"), .customLong("expression")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Run this program; given several times, line by line.", valueName: "expr"))
    var expressions: [String] = []

    @Option(help: ArgumentHelp("Where the random numbers start.", valueName: "number"))
    var seed: Int = 0

    @Option(help: ArgumentHelp("Significant digits shown, 1 to 17; 17 shows every number exactly.", valueName: "count"))
    var digits: Int = 10

    @Option(help: "Whether a program goes on or stops where NaN or an infinity comes out of finite numbers.")
    var nan: NaNChoice = .ignore

    @Flag(
        inversion: .prefixedNo,
        help: "Whether calls that repeat run as compiled plans, or always from the tape; the results agree to rounding.")
    var plan = true

    /// Plans from the first call on: for tests.
    @Flag(help: .hidden) var planAlways = false

    var plans: PlanMode { plan ? (planAlways ? .forced : .on) : .off }

    @Option(
        name: .customLong("lang"),
        help: ArgumentHelp("What explanations are written in, en or pt; else what LC_ALL, LC_MESSAGES or LANG names.", valueName: "code"),
        transform: { code in
            guard let language = Language(code: code) else { throw ValidationError("Grad does not speak `\(code)`; it speaks en and pt") }
            return language
        })
    var chosenLanguage: Language?

    var language: Language { chosenLanguage ?? .preferred(environment: environmentVariable) }

    @Flag(help: "Run the program of someone you do not know: no files but what it imports from its own folder, and limits on all that it may use.")
    var sandbox = false

    @Option(
        parsing: .singleValue, help: ArgumentHelp("In a sandbox, let the program read the files in this folder too; may be given several times.", valueName: "folder"))
    var allow: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Stop the program at a limit: time=10 (seconds), steps=1e6, memory=256MB, depth, output, source, rank, elements; may be given several times.",
            valueName: "name=number"))
    var limit: [LimitSetting] = []

    @OptionGroup var color: ColorOptions

    /// What the program may use.
    var limits: Limits {
        var limits = sandbox ? Limits.untrusted : .ofMachine
        for setting in limit { limits[setting.limit] = setting.number }
        return limits
    }

    func validate() throws {
        guard sandbox || allow.isEmpty else { throw ValidationError("--allow goes with --sandbox: without it all files can be read") }
        for folder in allow {
            do { _ = try ConfinedFolder(folder) } catch { throw ValidationError("the folder \(folder) cannot be used: \(error)") }
        }
        guard (1...17).contains(digits) else { throw ValidationError("--digits takes a number from 1 to 17") }
    }
}

/// `memory=256MB`: a limit with its number.
struct LimitSetting: ExpressibleByArgument {
    let limit: Limit
    let number: Double

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let limit = Limit(rawValue: String(parts[0])), let number = limit.number(String(parts[1])) else { return nil }
        (self.limit, self.number) = (limit, number)
    }
}

enum NaNChoice: String, ExpressibleByArgument, CaseIterable {
    case ignore, stop
}

/// Whether messages and results are coloured.
struct ColorOptions: ParsableArguments {
    @Option(help: "Colour: when standard output or error is a terminal and NO_COLOR is not set, always, or never.")
    var color: Terminal.ColorChoice?

    @Flag(help: "The same as --color never.")
    var noColor = false

    var choice: Terminal.ColorChoice { noColor ? .never : color ?? .auto }
    var terminal: Terminal { .current(color: choice) }
}

extension Terminal.ColorChoice: ExpressibleByArgument {}
