import Foundation
import Runtime
import Testing

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
    @Test(arguments: GoldenCase.all, [PlanMode.forced, .off])
    func goldenWithPlans(_ golden: GoldenCase, _ plans: PlanMode) throws {
        let text = try golden.text()
        let actual = DeepStack.run { golden.annotated(text, plans: plans) }
        if actual != text { Issue.record("\(golden.path), plans \(plans)\n\(LineDifference(expected: text, actual: actual))") }
    }

    @Test func casesAreFound() {
        #expect(GoldenCase.all.count >= 300)
    }
}
