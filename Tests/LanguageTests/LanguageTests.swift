import Foundation
import Runtime
import Testing
import Training
import Wording

/// Every case below `Cases`: the program run afresh must write into its comments what stands there. See README.md.
@Suite struct LanguageTests {
    @Test(arguments: GoldenCase.all)
    func golden(_ golden: GoldenCase) throws {
        let text = try golden.text()
        let actual = DeepStack.run { golden.annotated(text) }
        guard actual != text else { return }
        if ProcessInfo.processInfo.environment["GRAD_RECORD"] == "1" {
            try golden.write(actual)
            Issue.record("recorded \(golden.path): read the difference")
        } else {
            Issue.record("\(golden.path)\n\(LineDifference(expected: text, actual: actual))")
        }
    }

    /// Compiled plans change no result: neither from the first call on, nor left out.
    @Test(arguments: GoldenCase.all, [PlanMode.forced, .off, .forcedInMemory])
    func goldenWithPlans(_ golden: GoldenCase, _ plans: PlanMode) throws {
        let text = try golden.text()
        let actual = DeepStack.run { golden.annotated(text, plans: plans) }
        if actual != text { Issue.record("\(golden.path), plans \(plans)\n\(LineDifference(expected: text, actual: actual))") }
    }

    /// Each finding, and each reason it has, is the first that some case shows.
    @Test func everyFindingHasACase() throws {
        let texts = try GoldenCase.all.filter { $0.path.hasPrefix("training/diagnose/") }.map { try $0.text() }
        for kind in Finding.Kind.allCases {
            let name = kind.name(.english)
            #expect(texts.contains { $0.contains("#| \(name): ") || $0.contains("#| {kind: \"\(name)\"") }, "no case of \(name)")
        }
        let words = Words.diagnosis
        for reason in [words.bouncingWhy, words.tinyWhy, words.shortWhy, words.pipelineWhy, words.nearLimitWhy, words.minibatchesWhy] {
            let text = reason(.english).prefix { $0 != "{" }
            #expect(texts.contains { $0.contains(text) }, "no case of: \(text)")
        }
    }

    @Test func casesAreFound() {
        #expect(GoldenCase.all.count >= 300)
    }
}
