import Testing

/// `--lang` decides what a learner is told in, and the locale where it is not given.
@Suite struct LanguageOptionTests {
    @Test func theOptionIsRefusedForALanguageThatIsNotSpoken() throws {
        let run = try Command.run("--lang", "de", "-e", "1")
        #expect(run.status == 64)
        #expect(run.errors.contains("Grad does not speak `de`; it speaks en and pt"))
    }

    @Test(arguments: ["en", "pt", "pt-BR", "pt_PT.UTF-8"]) func numbersKeepTheDecimalPoint(_ code: String) throws {
        #expect(try Command.run("--lang", code, "-e", "1 / 2").output == "0.5\n")
    }
}
