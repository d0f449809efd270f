import TerminalSupport
import Testing

@Suite struct AnimationTests {
    /// One frame takes the place of another, so that a single picture is left.
    @Test func leavesOnePicture() throws {
        let terminal = try Home().startPrompt()
        let rows = try terminal.run("animate(train(w -> w^2, 1, lr: 0.9, steps: 4), seconds: 0.3, height: 6)")
        #expect(rows.count { $0.contains("┌") } == 1)
        #expect(rows.contains { $0.contains("◆") })
    }

    /// Ctrl-C ends the animation, not what it is part of.
    @Test func stopsAtAnInterrupt() throws {
        let terminal = try Home().startPrompt()
        try terminal.send("fig = animate(train(w -> w^2, 1, lr: 0.9, steps: 4), seconds: 600, height: 6)" + Key.enter)
        try terminal.wait("the first frame") { $0.text.contains("◆") }
        try terminal.send("\u{3}")
        try terminal.waitForPrompt()
        let rows = try terminal.run("type(fig)")
        #expect(rows.contains("\"figure\""))
    }
}
