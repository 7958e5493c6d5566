import Foundation
import Testing
import Training

struct StepReportTests {
    @Test func `a line is one line of JSON, also with values that are not finite`() throws {
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
