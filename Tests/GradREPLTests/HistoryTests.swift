import Foundation
import GradREPL
import TerminalSupport
import Testing

@Suite struct HistoryTests {
    private let file = ".local/state/grad/history"

    @Test func arrowsBringEntriesBack() throws {
        let terminal = try Home().start()
        try terminal.type("a\rb\rhalf")
        try terminal.type(Key.up)
        #expect(terminal.screen.cursorRow == "grad> b")
        try terminal.type(Key.up)
        #expect(terminal.screen.cursorRow == "grad> a")
        try terminal.type(Key.down + Key.down)
        #expect(terminal.screen.cursorRow == "grad> half")
    }

    @Test func anEntryOfSeveralLinesComesBackAsOneAndRuns() throws {
        let home = try Home()
        let first = try home.start()
        try first.expect("read \"f = {\\n  1\\n}\"", after: "f = {\r1\r}\r")
        try first.expect("read \"z\"", after: "z\r")
        try first.send(Key.control("D"))
        _ = try first.waitForExit()
        #expect(home.read(file) == "f = {\\n  1\\n}\nz\n")

        let second = try home.start()
        try second.type(Key.up + Key.up)
        #expect(second.screen.rows.prefix(3) == ["grad> f = {", "....    1", "....  }"])
        try second.type(Key.down + Key.end + "2")
        try second.expect("read \"f = {\\n  12\\n}\"", after: Key.enter)
        #expect(second.screen.rows.prefix(4).last == "read \"f = {\\n  12\\n}\"")
    }

    @Test func twoPromptsAtOnceKeepEachOthersEntries() throws {
        let home = try Home()
        let (one, other) = (try home.start(), try home.start())
        try one.expect("read \"1\"", after: "1\r")
        try other.expect("read \"2\"", after: "2\r")
        try one.expect("read \"3\"", after: "3\r")
        for terminal in [one, other] {
            try terminal.send(Key.control("D"))
            _ = try terminal.waitForExit()
        }
        #expect(home.read(file) == "1\n2\n3\n")
        #expect(home.mode(file) == 0o600)
    }

    @Test func aRepeatedEntryIsKeptOnce() throws {
        let home = try Home()
        let terminal = try home.start()
        try terminal.type("a\ra\rb\ra\r")
        #expect(home.read(file) == "a\nb\na\n")
    }

    @Test func aFileThatCannotBeWrittenIsToldOnce() throws {
        let terminal = try Home().start(["GRAD_HISTORY": "/proc/grad/history"])
        try terminal.type("a\rb\r")
        let notes = terminal.screen.rows.filter { $0.hasPrefix("note: history is not kept: /proc/grad/history: ") }
        #expect(notes.count == 1)
        #expect(terminal.screen.rows.contains("read \"b\""))
    }

    @Test func aFullDiskIsToldOnce() throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let terminal = try Home().start(["GRAD_HISTORY": "/dev/full"])
        try terminal.type("a\rb\r")
        #expect(terminal.screen.rows.filter { $0.hasPrefix("note: history is not kept: /dev/full") }.count == 1)
    }

    @Test func thePlaceOfTheFile() {
        func place(_ variables: [String: String]) -> String? {
            HistoryFile.standard { variables[$0] }?.path
        }
        #expect(place(["GRAD_HISTORY": "/x/h", "XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/x/h")
        #expect(place(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/grad/history")
        #expect(place(["XDG_STATE_HOME": "relative", "HOME": "/h"]) == "/h/.local/state/grad/history")
        #expect(place(["HOME": "/h"]) == "/h/.local/state/grad/history")
        #expect(place(["GRAD_HISTORY": "", "HOME": "/h"]) == nil)
        #expect(place([:]) == nil)
    }

    @Test func theFileIsCutBackToItsLimit() throws {
        let home = try Home()
        let history = HistoryFile(path: home.path + "/a/b/history", limit: 4)
        for index in 1...7 { try history.append("entry \(index)") }
        #expect(try history.load() == ["entry 4", "entry 5", "entry 6", "entry 7"])
        #expect(home.read("a/b/history") == "entry 4\nentry 5\nentry 6\nentry 7\n")
        #expect(home.mode("a/b/history") == 0o600)
    }

    @Test func whatIsWrittenComesBack() throws {
        let home = try Home()
        let history = HistoryFile(path: home.path + "/history")
        let entries = ["a\\nb", "f = {\n  \"\\\\\"\n}", "θ ← ∇L(w)\t# 学", "\\", "x\r"]
        for entry in entries { try history.append(entry) }
        #expect(try history.load() == entries)
    }

    @Test func anUnfinishedLastLineIsFinishedFirst() throws {
        let home = try Home()
        home.write("cut off", to: "history")
        let history = HistoryFile(path: home.path + "/history")
        try history.append("next")
        #expect(try history.load() == ["cut off", "next"])
    }
}
