import Configuration
import Datasets
import Distributed
import Failures
import Numerics

/// Draws samples of the model into the run folder.
final class SamplePictures: StepCallback {
    private let trainer: Trainer
    private let folder: RunFolder

    init(_ trainer: Trainer, _ folder: RunFolder) { (self.trainer, self.folder) = (trainer, folder) }

    func isDue(_ moment: StepMoment) -> Bool { moment.isDue(trainer.plan.configuration.samples.every) }

    func act(_ moment: StepMoment) throws(Failure) {
        let (plan, communicator) = (trainer.plan, trainer.communicator)
        try trainer.drawSamples()
        let samples = try SampleGathering(plan).gather(trainer)
        try communicator.expecting(.storing("writing a picture of samples")) { () throws(Failure) in
            try communicator.onRoot {
                let picture = SamplePicture(configuration: plan.configuration, shape: plan.source.shape)
                try picture.write(
                    samples, count: samples.count / plan.source.shape.count, data: picture.data(of: plan), to: folder.sample(moment.step))
            }
        }
    }
}
