import Synchronization

/// What all plans of the process hold: memory is a resource of the process, and no program can see it here.
package final class PlanStatistics: Sendable {
    package static let shared = PlanStatistics()
    private let bytes = Atomic<Int>(0)

    /// Bytes in arenas and registers of plans that are alive.
    package var bytesInUse: Int { bytes.load(ordering: .relaxed) }

    func add(_ count: Int) { bytes.wrappingAdd(count, ordering: .relaxed) }
}
