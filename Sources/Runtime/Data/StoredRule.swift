import Datasets
import Syntax
import Tensors
import Training

/// The rule of a run that was read from a file, as long as the run cannot go on: its name and settings, to be shown.
package final class StoredRule: RuleValue {
    enum Setting {
        case value(Value)
        case plateau(Plateau)
        /// A schedule, which no file can hold; its name.
        case function(String)
    }

    private let ownName: String
    let settings: [(name: String, setting: Setting)]

    private let ownMemory: [String]

    init(_ name: String, _ settings: [(name: String, setting: Setting)], memory: [String]) {
        ownName = name
        self.settings = settings
        ownMemory = memory
        super.init()
    }

    override func transplanted(by transplant: Transplant) -> ObjectValue { self }
    package override var name: String { ownName }
    package override var memoryNames: [String] { ownMemory }
    package override var fieldNames: [String] { settings.map(\.name) }
    package override func field(_ name: String) -> Value? {
        switch settings.first(where: { $0.name == name })?.setting {
        case .value(let value): value
        case .plateau(let plateau): .object(PlateauValue(plateau))
        case .function(let name): .string(name)
        case nil: nil
        }
    }
    package override func describe(_ style: NumberStyle) -> String {
        "\(name)(\(settings.map { "\($0.name): \(style.plain(field($0.name) ?? .nothing))" }.joined(separator: ", ")))"
    }

    // MARK: JSON

    static func description(_ rule: RuleValue) -> JSON {
        let settings = rule.fieldNames.map { name -> JSON in
            .array([.text(name), description(of: (rule as? StoredRule)?.settings.first { $0.name == name }?.setting ?? setting(rule.field(name) ?? .nothing))])
        }
        return .object([("name", .text(rule.name)), ("settings", .array(settings)), ("memory", .array(rule.memoryNames.map { .text($0) }))])
    }

    private static func setting(_ value: Value) -> Setting {
        switch value.settled {
        case .function(let function): .function(function.name ?? "a function")
        case .object(let object):
            if let plateau = (object as? PlateauValue)?.plateau { .plateau(plateau) } else { .function(object.typeName) }
        case let value: .value(value)
        }
    }

    private static func description(of setting: Setting) -> JSON {
        switch setting {
        case .plateau(let plateau):
            .object([
                ("plateau", .number(plateau.rate)), ("factor", .number(plateau.factor)), ("patience", .number(Double(plateau.patience))),
                ("min", .number(plateau.floor)),
            ])
        case .function(let name): .object([("function", .text(name))])
        case .value(.boolean(let boolean)): .boolean(boolean)
        case .value(let value):
            if let tensor = value.tensor, tensor.rank == 0, tensor.number.isFinite { .number(tensor.number) } else { .object([("function", .text(value.typeDescription))]) }
        }
    }

    static func read(_ json: JSON) throws(DataError) -> StoredRule {
        guard let name = json["name"]?.text, let entries = json["settings"]?.array else { throw RunReader.unreadable }
        var settings: [(name: String, setting: Setting)] = []
        for entry in entries {
            guard let pair = entry.array, pair.count == 2, let name = pair[0].text else { throw RunReader.unreadable }
            settings.append((name, try StoredRule.setting(pair[1])))
        }
        return StoredRule(name, settings, memory: json["memory"]?.array?.compactMap(\.text) ?? [])
    }

    private static func setting(_ json: JSON) throws(DataError) -> Setting {
        if let number = json.number { return .value(.number(number)) }
        if case .boolean(let boolean) = json { return .value(.boolean(boolean)) }
        if let name = json["function"]?.text { return .function(name) }
        guard let rate = json["plateau"]?.number, let factor = json["factor"]?.number, let patience = json["patience"]?.whole,
            let floor = json["min"]?.number
        else { throw RunReader.unreadable }
        return .plateau(Plateau(rate: rate, factor: factor, patience: patience, floor: floor))
    }

    // MARK: Making it again

    /// The rule itself, if it is one of the language's own and all its settings are in the file.
    func made(_ machine: Machine, _ site: Site) throws -> RuleValue? {
        try machine.languageFunction(name).flatMap { try made(by: $0, machine, site) }
    }

    /// What a declaration of a rule makes of the settings in the file, if they are all there.
    func made(by maker: Value, _ machine: Machine, _ site: Site) throws -> RuleValue? {
        guard case .function(let function) = maker else { return nil }
        let known = Set(function.parameters.map(\.name))
        var arguments: [(name: String, value: Value)] = []
        for (name, setting) in settings {
            if case .function = setting { return nil }
            guard known.contains(name), let value = field(name) else { return nil }
            arguments.append((name, value))
        }
        let made = try machine.call(maker, arguments.map(\.value), names: arguments.map(\.name), site)
        if case .object(let object) = made { return object as? RuleValue }
        return nil
    }

    /// Whether a rule that was given is this one, as far as can be told: schedules are functions, and not compared.
    func matches(_ rule: RuleValue) -> Bool {
        guard rule.name == name, rule.fieldNames == fieldNames else { return false }
        return settings.allSatisfy { name, setting in
            guard let given = rule.field(name)?.settled else { return false }
            switch setting {
            case .value(let value): return value.isEqual(to: given)
            case .plateau(let plateau): if case .object(let object) = given { return (object as? PlateauValue)?.plateau == plateau } else { return false }
            case .function: if case .function = given { return true } else { return given.tensor?.rank != 0 }
            }
        }
    }
}

/// Stands in a run that was read from a file for what the file cannot hold.
final class MissingFunction: Callable {
    private let ownName: String
    private let infos: [ParameterInfo]
    private let path: String

    init(_ name: String, parameters: [String], path: String) {
        ownName = name
        infos = parameters.map { ParameterInfo($0) }
        self.path = path
        super.init()
    }

    override var name: String? { ownName }
    override var parameters: [ParameterInfo] { infos }

    override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value { throw problem(site) }

    func problem(_ site: Site) -> Diagnostic {
        let data = infos.count > 1 ? ", data: {\(infos.dropFirst().map { "\($0.name): …" }.joined(separator: ", "))}" : ""
        return Diagnostic(
            "this run was read from `\(path)`, and a file holds no functions: to go on it needs its loss", at: site.span,
            hints: ["give it when reading: `load(\"\(path)\", loss: \(ownName)\(data))`"])
    }
}
