import Testing
import Wording

@Suite struct WordingTests {
    @Test(arguments: Words.all.map(\.name)) func bothTextsHaveTheSamePlaceholders(_ name: String) throws {
        let message = try #require(Words.all.first { $0.name == name }?.message)
        let english = Message.placeholders(in: message.english)
        #expect(Set(english) == Set(Message.placeholders(in: message.portuguese)))
        #expect(english.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isLetter } })
    }

    @Test(arguments: Words.all.map(\.name)) func everyTextSaysSomething(_ name: String) throws {
        let message = try #require(Words.all.first { $0.name == name }?.message)
        for language in Language.allCases {
            let text = message.template(in: language)
            #expect(!text.isEmpty && text.first != " " && text.last != " ")
            #expect(text.filter { $0 == "{" }.count == text.filter { $0 == "}" }.count)
        }
    }

    /// A part that holds no messages, or something that is none, would not be looked at.
    @Test func everyPartHoldsMessagesAndNothingElse() {
        for part in Words.parts {
            let children = Mirror(reflecting: part.table).children
            #expect(!children.isEmpty)
            #expect(children.allSatisfy { $0.value is Message }, "\(part.name)")
        }
    }

    @Test func whatIsPutInStaysAsItIs() {
        let message = Message("{a} and {b}", pt: "{b} e {a}")
        #expect(message(.english, ["a": "{b}", "b": "2"]) == "{b} and 2")
        #expect(message(.portuguese, ["a": "1", "b": "2"]) == "2 e 1")
        #expect(Message("{a} { }", pt: "")(.english, ["a": "1"]) == "1 { }")
    }

    @Test(arguments: [
        ("pt", Language.portuguese), ("pt-BR", .portuguese), ("pt_PT.UTF-8", .portuguese), ("PT", .portuguese), ("en_US", .english),
    ])
    func codes(_ code: String, _ language: Language) { #expect(Language(code: code) == language) }

    @Test(arguments: ["", "C", "de", "por", "português"]) func codesOfNoLanguage(_ code: String) { #expect(Language(code: code) == nil) }

    @Test func theLocaleIsReadAsPOSIXSays() {
        func preferred(_ variables: [String: String]) -> Language { .preferred { variables[$0] } }
        #expect(preferred([:]) == .english)
        #expect(preferred(["LANG": "pt_BR.UTF-8"]) == .portuguese)
        #expect(preferred(["LANG": "pt_BR.UTF-8", "LC_ALL": "C"]) == .english)
        #expect(preferred(["LANG": "en_US", "LC_MESSAGES": "pt_PT"]) == .portuguese)
        #expect(preferred(["LANG": "pt_PT", "LC_ALL": ""]) == .portuguese)
    }
}
