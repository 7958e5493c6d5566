import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Numerics

/// Draws samples of the model into the run folder.
final class SamplePictures: StepCallback {
    private let trainer: Trainer
    private let folder: RunFolder
    /// The newest picture of this process, and its file; rank 0 alone.
    private(set) var newest: (picture: Picture, png: [UInt8])?

    init(_ trainer: Trainer, _ folder: RunFolder) { (self.trainer, self.folder) = (trainer, folder) }

    func isDue(_ moment: StepMoment) -> Bool { moment.isDue(trainer.plan.configuration.samples.every) }

    func act(_ moment: StepMoment) throws(Failure) {
        let (plan, communicator) = (trainer.plan, trainer.communicator)
        try trainer.drawSamples()
        let samples = try SampleGathering(plan).gather(trainer)
        try communicator.expecting(.storing("writing a picture of samples")) { () throws(Failure) in
            try communicator.onRoot {
                let layout = SamplePicture(configuration: plan.configuration, shape: plan.source.shape)
                let picture = try layout.picture(samples, count: samples.count / plan.source.shape.count, data: layout.data(of: plan))
                let png = try picture.png()
                try AtomicFile.write(png, to: folder.sample(moment.step))
                newest = (picture, png)
            }
        }
    }
}
