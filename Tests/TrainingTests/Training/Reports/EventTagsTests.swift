import Configuration
import Formats
import Testing
import Training

@Suite struct EventTagsTests {
    @Test func `numbers of a report stand in groups, under words between underscores`() {
        let line = """
            {"dataEnergy":1.5,"step":7,"skipped":0,"rHat":"inf","warnings":["a"],"evaluationsPerSecond":9,"seconds":{"sampling":2},
             "diagnostics":{"maxRHat":1.1},"swapRates":[0.5,0.25],"none":null,"wallSeconds":3,"rankSeconds":[1,2]}
            """
        let tags = EventTags.scalars(ofReport: line).map(\.tag)
        #expect(
            tags == [
                "train/data_energy", "diagnostics/max_r_hat", "speed/evaluations_per_second", "train/r_hat", "seconds/sampling",
                "train/skipped",
                "train/swap_rates/0", "train/swap_rates/1", "seconds/wall",
            ])
        #expect(
            EventTags.scalars(
                ofEvaluation:
                    #"{"samples":{"count":2,"slicedWasserstein":0.1,"intervals":{"slicedWasserstein":{"low":0}}},"step":3,"trainingSeconds":1}"#
            ).map(\.tag)
                == ["evaluation/samples/count", "evaluation/samples/sliced_wasserstein", "evaluation/training_seconds"])
    }

    @Test func `the header holds the keys that touch what is learned and count in this run, and the whole configuration as text`() throws {
        let configuration = try ScratchRun.configuration(["run.seed=5"])
        let header = try EventTags.header(configuration, start: 0)
        #expect(header.map(\.tag) == ["configuration", "_hparams_/session_start_info"])
        let names = EventTags.hyperparameters(configuration).map(\.name)
        #expect(names.contains("run.seed") && names.contains("sampler.stepSize") && names.contains("run.steps"))
        // Free to change, null, and without effect.
        #expect(!names.contains("run.threads") && !names.contains("sampler.noise") && !names.contains("guard.rollbackEvery"))
    }
}
