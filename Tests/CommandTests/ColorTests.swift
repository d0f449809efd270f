import Testing

/// Standard error is a file here, so nothing is coloured unless it is asked for.
@Suite struct ColorTests {
    private func isColored(_ arguments: String, _ environment: [String: String] = [:]) throws -> Bool {
        let assignments = environment.map { "\($0.key)='\($0.value)'" }.joined(separator: " ")
        let command = try Command.shell("\(assignments) \"$grad\" \(arguments)")
        #expect(command.status == 65)
        return command.errors.contains("\u{1B}[")
    }

    @Test func policy() throws {
        #expect(try !isColored("-e nope"))
        #expect(try isColored("--color always -e nope"))
        #expect(try isColored("-e nope --color=always"))
        #expect(try !isColored("--color never -e nope", ["CLICOLOR_FORCE": "1"]))
        #expect(try !isColored("--no-color -e nope", ["CLICOLOR_FORCE": "1"]))
        #expect(try isColored("-e nope", ["CLICOLOR_FORCE": "1"]))
        #expect(try !isColored("-e nope", ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"]))
        #expect(try isColored("--color auto -e nope", ["CLICOLOR_FORCE": "1", "NO_COLOR": ""]))
        #expect(try isColored("--color always -e nope", ["NO_COLOR": "1"]))
    }

    @Test func otherCommands() throws {
        for command in ["check", "fmt"] {
            let input = "printf 'x = (' |"
            #expect(try !Command.shell("\(input) \"$grad\" \(command) -").errors.contains("\u{1B}["))
            #expect(try Command.shell("\(input) \"$grad\" \(command) --color always -").errors.contains("\u{1B}["))
            #expect(try Command.shell("\(input) \"$grad\" --color always \(command) -").errors.contains("\u{1B}["))
            #expect(try !Command.shell("\(input) \"$grad\" --color always \(command) --no-color -").errors.contains("\u{1B}["))
        }
    }
}
