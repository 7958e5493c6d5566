import Configuration
import Failures
import Formats
import Testing
import Training

/// A key without effect is refused where somebody gave it, in every group, and the refusal names what would give it effect.
struct IdleKeysTests {
    /// All keys that need something.
    static let keys = ConfigurationKey.all.filter { $0.needs != .always }
    /// Where an objective has a start of its own, `chains.start` is a former name of the objective: FormerNamesTests.
    private static let keysOfOneName = keys.filter { $0.path != "chains.start" }

    private static func isIdle(_ key: ConfigurationKey, _ configuration: RunConfiguration) -> Bool { !configuration.uses(key.path) }

    /// A valid setting beside which the key has no effect.
    private static func setting(without key: ConfigurationKey) -> (arguments: [String], configuration: RunConfiguration)? {
        for arguments in KeyCases.settings(around: key) where !arguments.contains(where: { KeyCases.path($0) == key.path }) {
            if let configuration = try? RunConfiguration.resolve(arguments: arguments), isIdle(key, configuration) {
                return (arguments, configuration)
            }
        }
        return nil
    }

    /// Arguments as a file.
    private static func file(_ arguments: [String]) throws -> [UInt8] {
        let groups = Dictionary(grouping: arguments) { $0.prefix { $0 != "." } }
        let text = groups.map { group, keys in
            let members = keys.map { key in
                let (name, value) = (key.drop { $0 != "." }.dropFirst().prefix { $0 != "=" }, key.drop { $0 != "=" }.dropFirst())
                let isWord = value.first?.isLetter == true && !["true", "false", "null"].contains(value)
                return "\(name): " + (isWord ? "\"\(value)\"" : String(value))
            }
            return "\(group): { \(members.joined(separator: ", ")) }"
        }
        return Array("{ \(text.joined(separator: ", ")) }".utf8)
    }

    @Test(arguments: keysOfOneName.map(\.path))
    func `a key without effect is refused on the command line and in a file, also at its default, with what it needs`(path: String) throws {
        let key = try #require(ConfigurationKey.named(path))
        let (arguments, beside) = try #require(Self.setting(without: key), "nothing takes the effect of \(path)")
        let given = "\(path)=\(KeyCases.value(of: key))"
        let missing = key.needs.unmet { beside[$0] }.words
        expectRefusal(["command line: \(path) = ", "has no effect: it needs \(missing); found "]) {
            _ = try RunConfiguration.resolve(arguments: arguments + [given])
        }
        expectRefusal(["my.json5: \(path) = ", "has no effect: it needs \(missing); found "]) {
            _ = try RunConfiguration.resolve(file: try Self.file(arguments + [given]), name: "my.json5")
        }
        // A file may be a printed one, which lists all keys at their defaults.
        let standard = KeyCases.assignment(path, key.standard)
        #expect(try RunConfiguration.resolve(file: try Self.file(arguments + [standard])) == beside)
        let saysNothing = [JSONValue.null, .boolean(false), .integer(0), .number(0), .array([]), .string("none")].contains(key.standard)
        if saysNothing {
            #expect(try RunConfiguration.resolve(arguments: arguments + [standard]) == beside)
        } else {
            expectRefusal(["command line: \(path) = "]) { _ = try RunConfiguration.resolve(arguments: arguments + [standard]) }
        }
    }

    @Test(arguments: keys.map(\.path))
    func `with what it needs a key is accepted, and where an argument takes its effect from a file it has its default and a note`(
        path: String
    ) throws {
        let key = try #require(ConfigurationKey.named(path))
        let own = try #require(KeyCases.valid(key), "nothing gives \(path) an effect: \(KeyCases.ways(key.needs))")
        let configuration = try RunConfiguration.resolve(arguments: own)
        #expect(!Self.isIdle(key, configuration) && configuration[path] != key.standard)
        let file = try Self.file(own)
        #expect(try RunConfiguration.resolve(file: file) == configuration)
        let switched = KeyCases.settings(around: key).lazy.filter { arguments in
            arguments.allSatisfy { argument in KeyCases.path(argument) != path }
        }.compactMap { arguments -> ChosenConfiguration? in
            let chosen = try? ChosenConfiguration.resolve(file: file, name: "my.json5", arguments: arguments)
            return chosen.flatMap { Self.isIdle(key, $0.configuration) ? $0 : nil }
        }.first
        let found = try #require(switched, "nothing takes the effect from a file with \(path)")
        #expect(found.configuration[path] == key.standard)
        let says = found.notes.contains { $0.hasPrefix("my.json5: without effect here") && $0.contains(path) }
        #expect(says || [.null, .boolean(false)].contains(configuration[path]), "\(found.notes)")
    }

    @Test func `resetting a key takes the effect from the keys that need it`() throws {
        let file = Array("{ sampler: { kind: \"mala\", adaptSteps: 9, targetAcceptance: 0.7 } }".utf8)
        let chosen = try ChosenConfiguration.resolve(file: file, name: "my.json5", arguments: ["sampler.kind=langevin"])
        #expect(chosen.configuration == RunConfiguration())
        #expect(
            chosen.notes == ["my.json5: without effect here, so left at their defaults: sampler.adaptSteps, sampler.targetAcceptance"])
    }

    @Test func `a file that lacks a choice of its own may get it from the command line`() throws {
        let file = Array("{ sampler: { threshold: 0.5 } }".utf8)
        let chosen = try ChosenConfiguration.resolve(file: file, arguments: ["sampler.kind=stanley"])
        #expect(chosen.configuration.sampler.threshold == 0.5 && chosen.notes.isEmpty)
        expectRefusal(["configuration: sampler.threshold = 0.5 has no effect"]) { _ = try RunConfiguration.resolve(file: file) }
    }

    @Test func `what the program printed is read again, whatever an earlier version printed of keys without effect`() throws {
        let configuration = try RunConfiguration.resolve(arguments: ["optimizer.kind=sgd", "objective.kind=nce"])
        let text = try configuration.encodedJSON5()
        #expect(try RunConfiguration.resolve(file: Array(text.utf8)) == configuration)
        let former = text.replacing("beta2: 0.999", with: "beta2: 0.5").replacing("start: null", with: "start: \"persistent\"")
        try #require(former != text)
        let chosen = try ChosenConfiguration.resolve(file: Array(former.utf8), name: "old.json5")
        #expect(chosen.configuration == configuration)
        #expect(chosen.notes == ["old.json5: without effect here, so left at their defaults: chains.start, optimizer.beta2"])
    }

    @Test func `a swap of temperatures needs a kernel that samples exp(-E/T)`() throws {
        let ladder = ["exchange.temperatures=[1, 2]", "sampler.noise=null"]
        for kind in ["langevin", "heun", "proximal"] { _ = try RunConfiguration.resolve(arguments: ladder + ["sampler.kind=\(kind)"]) }
        for kind in ["mala", "hmc", "underdamped"] { _ = try RunConfiguration.resolve(arguments: [ladder[0], "sampler.kind=\(kind)"]) }
        _ = try RunConfiguration.resolve(arguments: [ladder[0], "sampler.kind=stanley", "sampler.adjusted=true"])
        for arguments in [["sampler.kind=annealed"], ["sampler.kind=stanley"], ["sampler.gradientClip=1"]] {
            expectRefusal(["exchange.temperatures", "exp(-E/T)"]) { _ = try RunConfiguration.resolve(arguments: ladder + arguments) }
        }
    }
}
