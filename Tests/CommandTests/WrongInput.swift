/// A command that cannot work, and how the program has to say so.
struct WrongInput: Sendable {
    let name: String
    /// `@` in front of a name stands for the folder of the test.
    let arguments: [String]
    let exitCode: Int32
    /// What the message has to contain.
    let mentions: [String]

    init(_ name: String, _ arguments: [String], _ exitCode: Int32, _ mentions: String...) {
        self.name = name
        self.arguments = arguments
        self.exitCode = exitCode
        self.mentions = mentions
    }

    /// A configuration key as an argument of `train`.
    static func key(_ assignment: String, _ mentions: String...) -> WrongInput {
        WrongInput(name: assignment, ["train", "--out", "@new", assignment], 78, [String(assignment.prefix { $0 != "=" })] + mentions)
    }

    /// Several keys that do not go together.
    static func keys(_ assignments: [String], _ mentions: String...) -> WrongInput {
        WrongInput(name: assignments.joined(separator: " "), ["train", "--out", "@new"] + assignments, 78, mentions)
    }

    /// A configuration file.
    static func file(_ file: String, _ exitCode: Int32, _ mentions: String...) -> WrongInput {
        WrongInput(name: file, ["train", "@\(file)", "--out", "@new"], exitCode, ["@\(file)"] + mentions)
    }

    /// A data file.
    static func data(_ file: String, _ mentions: String..., exitCode: Int32 = 65) -> WrongInput {
        WrongInput(name: "data \(file)", ["train", "--out", "@new", "data.source=@\(file)"], exitCode, ["@\(file)"] + mentions)
    }

    /// A data file whose rows are to stay in it.
    static func rowwise(_ file: String, _ mentions: String...) -> WrongInput {
        WrongInput(
            name: "rows of \(file)", ["train", "--out", "@new", "data.source=@\(file)", "data.memory=file"], 65, ["@\(file)"] + mentions)
    }

    /// `energy` for a run that exists.
    static func energy(_ file: String, _ exitCode: Int32, _ mentions: String...) -> WrongInput {
        WrongInput(
            name: "energy of \(file)", ["energy", "--run", "@run", "--input", "@\(file)", "--out", "@new.npy"], exitCode,
            ["@\(file)"] + mentions)
    }

    /// `sample` for a run that exists.
    static func sample(_ arguments: [String], _ exitCode: Int32, _ mentions: String...) -> WrongInput {
        WrongInput(
            name: "sample \(arguments.joined(separator: " "))", ["sample", "--run", "@run", "--out", "@new.npy"] + arguments, exitCode,
            mentions)
    }

    static func bench(_ arguments: [String], _ mentions: String...) -> WrongInput {
        WrongInput(name: "bench \(arguments.joined(separator: " "))", ["bench", "mlp2d"] + arguments, 64, mentions)
    }

    /// `evaluate` for a run that exists.
    static func evaluate(_ arguments: [String], _ exitCode: Int32, _ mentions: String...) -> WrongInput {
        WrongInput(
            name: "evaluate \(arguments.joined(separator: " "))", ["evaluate", "--run", "@run", "--out", "@new"] + arguments, exitCode,
            mentions)
    }

    /// `diagnose` for a run that exists.
    static func diagnose(_ arguments: [String], _ exitCode: Int32, _ mentions: String...) -> WrongInput {
        WrongInput(
            name: "diagnose \(arguments.joined(separator: " "))", ["diagnose", "--run", "@run", "--npy", "@new.npy"] + arguments, exitCode,
            mentions)
    }

    private init(name: String, _ arguments: [String], _ exitCode: Int32, _ mentions: [String]) {
        self.name = name
        self.arguments = arguments
        self.exitCode = exitCode
        self.mentions = mentions
    }
}
