import Autodiff
import Synchronization
import Syntax
import Tensors

/// A sweep on several threads, each with a machine of its own.
///
/// They get neither files nor a place to print: what is printed waits until it is that point's turn. A point that fails, or writes a
/// variable from outside, ends what is taken from here: from it on the points run one after another on the first machine, which then meets
/// the same error, or the same variable, as if no threads had been there.
struct SweepWorkers {
    private let function: Callable
    private let points: [[Value]]
    private let machine: Machine
    private let site: Site

    init(_ function: Callable, _ points: [[Value]], _ machine: Machine, _ site: Site) {
        (self.function, self.points, self.machine, self.site) = (function, points, machine, site)
    }

    /// The runs of the leading points that went well.
    func results() -> [RunValue] {
        let count = min(machine.environment.cores, points.count)
        var workers: [Worker] = []
        for index in 0..<count {
            guard let worker = try? Worker(function, points, machine, site, isFirst: index == 0) else { return [] }
            workers.append(worker)
        }
        let answered = machine.toleratedInterruptions
        let next = NextPoint(points.count)
        // The first request to stop is the runs' to answer, as in `train`; the account that all of them share goes by this machine.
        machine.toleratedInterruptions = max(answered, 1)
        let isFull = count >= Threads.processors
        DeepStack.run(count) { index in
            if isFull { Threads.alone { workers[index].run(next) } } else { workers[index].run(next) }
        }
        if !workers.contains(where: { $0.machine.toleratedInterruptions > answered }) { machine.toleratedInterruptions = answered }
        return collected(workers)
    }

    private func collected(_ workers: [Worker]) -> [RunValue] {
        defer { for worker in workers { worker.end() } }
        if workers.contains(where: { $0.transplant.hasChanges }) { return [] }
        let backs = workers.map { Transplant(back: $0.transplant, to: machine) }
        var runs: [RunValue] = []
        for point in points.indices {
            guard let index = workers.firstIndex(where: { $0.found[point] != nil }), let found = workers[index].found[point],
                case .object(let object)? = try? backs[index].value(.object(found.run)), let run = object as? RunValue
            else { break }
            for message in found.messages {
                switch message {
                // Counted when the worker printed it.
                case .line(let line): machine.environment.print(line)
                case .note(let note): machine.pass(on: note)
                }
            }
            runs.append(run)
        }
        return runs
    }
}

/// Which point is next.
private final class NextPoint: Sendable {
    private let next = Atomic(0)
    private let count: Int

    init(_ count: Int) { self.count = count }

    func take() -> Int? {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < count ? index : nil
    }

    /// Nobody is to begin another.
    func end() { next.store(count, ordering: .relaxed) }
}

/// One thread's part.
private final class Worker {
    enum Message {
        case line(String)
        case note(Diagnostic)
    }

    let machine: Machine
    let transplant: Transplant
    private let function: Callable
    private let points: [[Value]]
    private let start: RandomStream
    private let site: Site
    private let outbox: Outbox
    private(set) var found: [Int: (run: RunValue, messages: [Message])] = [:]

    private final class Outbox {
        var messages: [Message] = []
    }

    init(_ function: Callable, _ points: [[Value]], _ main: Machine, _ site: Site, isFirst: Bool) throws {
        let outbox = Outbox()
        var environment = Environment(
            print: { outbox.messages.append(.line($0)) }, note: { outbox.messages.append(.note($0)) },
            interruptions: main.environment.interruptions, now: main.environment.now)
        environment.plans = main.environment.plans
        // One of them tells how it goes.
        if isFirst { (environment.progress, environment.history) = (main.environment.progress, main.environment.history) }
        let machine = Machine(environment: environment, seed: 0, sharing: main.account)
        machine.source = main.source
        machine.style = main.style
        machine.stopsAtNaN = main.stopsAtNaN
        machine.toleratedInterruptions = main.toleratedInterruptions
        let transplant = Transplant(to: machine)
        let sgd = try main.languageFunction("sgd").map(transplant.value)
        machine.languageFunction = { $0 == "sgd" ? sgd : nil }
        self.function = try transplant.callable(function)
        self.points = try points.map { try $0.map(transplant.value) }
        (self.machine, self.transplant, self.outbox) = (machine, transplant, outbox)
        start = main.random
        self.site = site
    }

    func end() {
        transplant.clear()
        machine.planEntries.clear()
        machine.languageFunction = { _ in nil }
    }

    /// Takes points until none is left, one fails, or Ctrl-C ends a run.
    func run(_ next: NextPoint) {
        let answered = machine.toleratedInterruptions
        machine.running {
            while let point = next.take() {
                machine.random = start
                outbox.messages = []
                guard let run = try? Sweep.run(function, points[point], machine, site) else { return next.end() }
                found[point] = (run, outbox.messages)
                if machine.toleratedInterruptions > answered { return next.end() }
            }
        }
    }
}
