import Failures
import Foundation
import Learning
import Numerics
import Testing
import Training

struct PhaseTimesTests {
    @Test("stamps charge the time since the last one to one phase, and differences add up")
    func stamps() {
        var times = PhaseTimes()
        times.start()
        Thread.sleep(forTimeInterval: 0.01)
        times.stamp(.sampling)
        times.stamp(.sum)
        // A sleep never ends early; how late it ends, no test may ask.
        #expect(times[.sampling] >= 0.0099 && times[.sum] >= 0 && times[.data] == 0)
        var total = PhaseTimes()
        total.add(times, scale: 0.5)
        total.add(times, scale: 0.5)
        #expect(total[.sampling] == times[.sampling])
        total.add(times, scale: -1)
        #expect(total[.sampling] == 0)
        times.reset()
        #expect(times.seconds.allSatisfy { $0 == 0 } && times.seconds.count == Phase.allCases.count)
    }
}

struct ShardReportTests {
    @Test("a report becomes values and comes back")
    func roundTrip() {
        let values = (0..<ShardReport.fieldCount).map { Double($0) + 0.5 }
        let report = ShardReport(values: values[...])
        #expect(report.values == values)
        #expect(ShardReport.fields.count == ShardReport.fieldCount && report.latentDivergence == values.last)
        #expect(ShardReport.fieldCount == Mirror(reflecting: report).children.count)
    }

    @Test("the sum over shards is taken field by field, in shard order")
    func sum() {
        let records = [1.0, 1e16, -1e16].flatMap { value in Array(repeating: value, count: ShardReport.fieldCount) }
        // In this order 1 is lost in 1e16; in another it is not.
        #expect(ShardReport.sum(records).values == Array(repeating: 0, count: ShardReport.fieldCount))
        #expect(ShardReport.sum([]) == ShardReport())
    }
}

struct MetricsLogTests {
    let scratch = ScratchFolder()
    var path: String { "\(scratch.path)/metrics.jsonl" }

    private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test("lines are appended, and a log that is opened again is cut to the length of the checkpoint")
    func truncation() throws {
        let log = try MetricsLog(path, keeping: 0)
        try log.append("one")
        let length = log.bytes
        try log.append("zwei ü")
        try log.sync()
        #expect(try text() == "one\nzwei ü\n" && log.bytes == 12)
        let continued = try MetricsLog(path, keeping: length)
        try continued.append("three")
        #expect(try text() == "one\nthree\n" && continued.bytes == 10)
    }

    @Test("a log that is shorter than the checkpoint says goes on from its end")
    func shorter() throws {
        let log = try MetricsLog(path, keeping: 1000)
        #expect(log.bytes == 0)
        try log.append("first")
        #expect(try text() == "first\n")
    }

    @Test("a log that cannot be opened is a failure that names the file")
    func failing() {
        let failure = failure(of: { _ = try MetricsLog("\(scratch.path)/none/metrics.jsonl", keeping: 0) })
        #expect(failure?.kind == .inputOutput && failure?.message.contains("none/metrics.jsonl") == true)
    }

}

struct StepReportTests {
    @Test("a line is one line of JSON, also with values that are not finite")
    func line() throws {
        let text = #"""
            {"step": 7, "dataEnergy": "nan", "sampleEnergy": "-inf", "energyGap": 0.25, "chainGradientNorm": 1, "gradientNorm": 2, "displacement": 3,
             "saturation": 0, "learningRate": 0.001, "skipped": 0, "seconds": {"sum": 1}, "chainStepsPerSecond": 10, "evaluationsPerSecond": 12}
            """#
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let report = try decoder.decode(StepReport.self, from: Data(text.utf8))
        let line = try report.line()
        #expect(
            !line.contains("\n") && line.contains(#""step":7"#) && line.contains(#""dataEnergy":"nan""#)
                && line.contains(#""sampleEnergy":"-inf""#))
        #expect(!line.contains("acceptance") && !line.contains("bufferAge") && !line.contains("loss"))
    }
}

struct SamplePictureTests {
    @Test("samples that are not finite, all equal or huge can be drawn", arguments: [Float.nan, .infinity, 0, 5000, 1e30, -3e38])
    func odd(value: Float) throws {
        let scratch = ScratchFolder()
        let shapes = [
            ("moons", ImageShape(vector: 2)), ("digits", ImageShape(height: 8, width: 8, channels: 1)), ("moons", ImageShape(vector: 5)),
        ]
        for (number, (source, shape)) in shapes.enumerated() {
            let configuration = try ScratchRun.configuration(["data.source=\(source)"])
            let path = "\(scratch.path)/\(number).png"
            let samples = [Float](repeating: value, count: 3 * shape.count)
            try SamplePicture(configuration: configuration, shape: shape).write(samples, count: 3, to: path)
            #expect(FileManager.default.fileExists(atPath: path))
        }
    }
}
