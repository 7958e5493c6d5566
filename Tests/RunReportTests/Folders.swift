import Foundation
import TestSupport
import Testing
import Training

/// Run folders as a training leaves them, made by hand.
enum Folders {
    /// A folder with a configuration and logs.
    static func make(
        in folder: TemporaryFolder, _ name: String = "run", configuration: String = "{}", metrics: [String] = [], evaluation: [String] = []
    ) throws -> RunFolder {
        let run = RunFolder("\(folder.path)/\(name)")
        try FileManager.default.createDirectory(atPath: run.samples, withIntermediateDirectories: true)
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: run.configuration))
        try append(metrics, to: run.metrics)
        if !evaluation.isEmpty { try append(evaluation, to: run.evaluation) }
        return run
    }

    static func append(_ lines: [String], to path: String) throws {
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data((lines.joined(separator: "\n") + (lines.isEmpty ? "" : "\n")).utf8))
        try file.close()
    }

    /// A healthy line.
    static func line(_ step: Int, _ more: String = "") -> String {
        "{\"step\":\(step),\"dataEnergy\":\(Double(step % 17) / 7),\"sampleEnergy\":\(Double(step % 13) / 7),\"energyGap\":\(Double(step % 7) - 3),"
            + "\"gapSignChanges\":3,\"gradientNorm\":\(1 + Double(step % 11)),\"learningRate\":0.001,\"skipped\":0,\"displacement\":0.25,"
            + "\"seconds\":{\"sampling\":0.5,\"gradients\":0.25,\"sum\":0.25},\"evaluationsPerSecond\":1000,\"chainStepsPerSecond\":900,\"warnings\":[]\(more)}"
    }
}
