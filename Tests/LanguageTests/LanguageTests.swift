import Foundation
import Testing

/// Every case below `Cases`: the program run afresh must write into its comments what stands there. See README.md.
@Suite struct LanguageTests {
    @Test(arguments: GoldenCase.all)
    func golden(_ golden: GoldenCase) throws {
        let text = try golden.text()
        let actual = onOwnThread { golden.annotated(text) }
        guard actual != text else { return }
        if ProcessInfo.processInfo.environment["GRAD_RECORD"] == "1" {
            try golden.write(actual)
            Issue.record("recorded \(golden.path): read the difference")
        } else {
            Issue.record("\(golden.path)\n\(LineDifference(expected: text, actual: actual))")
        }
    }

    @Test func casesAreFound() {
        #expect(GoldenCase.all.count >= 300)
    }
}

/// Runs on a stack of the size a program's main thread has, so that the depth of calls does not depend on the test's thread.
private func onOwnThread(_ body: @escaping @Sendable () -> String) -> String {
    let box = Box()
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
        box.value = body()
        done.signal()
    }
    thread.stackSize = 8 << 20
    thread.start()
    done.wait()
    return box.value
}

/// Written before the semaphore, read after it.
private final class Box: @unchecked Sendable {
    var value = ""
}
