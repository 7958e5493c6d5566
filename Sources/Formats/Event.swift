/// An event of TensorBoard: values of a step, or what an event file begins with.
///
/// Field numbers are those of `event.proto`, `summary.proto`, `tensor.proto` and the `plugin_data.proto` of its hparams plugin
/// (https://github.com/tensorflow/tensorboard).
package struct Event {
    /// Seconds since 1970.
    package let time: Double
    private let content: Content

    private enum Content {
        case fileVersion
        case values(step: Int, [Value])
    }

    /// What an event file begins with.
    package static func fileVersion(time: Double) -> Event { Event(time: time, content: .fileVersion) }

    /// Values of a step.
    package static func values(_ values: [Value], step: Int, time: Double) -> Event {
        Event(time: time, content: .values(step: step, values))
    }

    /// As a record of a file.
    package var record: [UInt8] { EventRecord.bytes(of: message.bytes) }

    package var message: WireMessage {
        var event = WireMessage()
        event.add(1, time)
        switch content {
        case .fileVersion: event.add(3, "brain.Event:2")
        case .values(let step, let values):
            event.add(2, step)
            event.add(5) { summary in for value in values { summary.add(1, value.fill) } }
        }
        return event
    }

    /// A value with its tag.
    package struct Value {
        package let tag: String
        private let content: Content

        private enum Content {
            case scalar(Float)
            case image(Picture, png: [UInt8])
            case histogram(ValueHistogram)
            case text(String)
            case hyperparameters([(name: String, value: Hyperparameter)], start: Double)
        }

        package static func scalar(_ tag: String, _ value: Double) -> Value { Value(tag: tag, content: .scalar(Float(value))) }

        /// - Parameter png: the picture as a file.
        package static func image(_ tag: String, _ picture: Picture, png: [UInt8]) -> Value {
            Value(tag: tag, content: .image(picture, png: png))
        }

        package static func histogram(_ tag: String, _ histogram: ValueHistogram) -> Value {
            Value(tag: tag, content: .histogram(histogram))
        }

        /// - Parameter text: in Markdown.
        package static func text(_ tag: String, _ text: String) -> Value { Value(tag: tag, content: .text(text)) }

        /// What a run was made with, for the table of runs.
        /// - Parameter start: of the run, seconds since 1970.
        package static func hyperparameters(_ values: [(name: String, value: Hyperparameter)], start: Double) -> Value {
            Value(tag: "_hparams_/session_start_info", content: .hyperparameters(values, start: start))
        }

        fileprivate func fill(_ value: inout WireMessage) {
            value.add(1, tag)
            switch content {
            case .scalar(let number): value.add(2, number)
            case .image(let picture, let png):
                value.add(4) { image in
                    image.add(1, picture.height)
                    image.add(2, picture.width)
                    // 1: gray, 3: red, green, blue.
                    image.add(3, picture.channels)
                    image.add(4, png)
                }
            case .histogram(let histogram): value.add(5, histogram.fill)
            case .text(let text):
                value.add(8) { tensor in
                    tensor.add(1, TensorType.text)
                    tensor.add(2) { _ in }
                    tensor.add(8, text)
                }
                value.add(9) { metadata in metadata.add(1) { $0.add(1, "text") } }
            case .hyperparameters(let values, let start):
                // All is in the metadata, but a value needs a tensor: an empty one.
                value.add(8) { tensor in
                    tensor.add(1, TensorType.float)
                    // Its one dimension has the default size: 0.
                    tensor.add(2) { shape in shape.add(2) { _ in } }
                }
                value.add(9) { metadata in
                    metadata.add(1) { plugin in
                        plugin.add(1, "hparams")
                        plugin.add(2) { data in data.add(3) { Self.fill(&$0, values, start: start) } }
                    }
                }
            }
        }

        private static func fill(_ session: inout WireMessage, _ values: [(name: String, value: Hyperparameter)], start: Double) {
            for (name, value) in values {
                session.add(1) { entry in
                    entry.add(1, name)
                    entry.add(2, value.fill)
                }
            }
            session.add(5, start)
        }
    }

    private enum TensorType { static let (float, text) = (1, 7) }

    /// A value of a key.
    package enum Hyperparameter {
        case number(Double)
        case text(String)
        case flag(Bool)

        /// As a `google.protobuf.Value`.
        fileprivate func fill(_ value: inout WireMessage) {
            switch self {
            case .number(let number): value.add(2, number)
            case .text(let text): value.add(3, text)
            case .flag(let flag): value.add(4, flag)
            }
        }
    }
}
