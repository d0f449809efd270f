/// Placeholder until the nearest-name search lands.
package func nearestNames(to name: String, among names: [String]) -> [String] { [] }
