using System.Globalization;

namespace GlossClassifier;

/// <summary>The arguments of the program.</summary>
internal sealed record Arguments(string Output, string Teacher, string Model, int Texts, int Steps)
{
    public const string Usage = """
        Distills a teacher of dictionary definitions into a small classifier, and writes it as student.onnx with its tokenizer.
        Usage: TextClassifier [OUTPUT] [--teacher openai|azure|ollama] [--model NAME] [--texts COUNT] [--steps COUNT]
        OUTPUT is a directory, text-model if not given. Without --teacher, answers that were recorded are used, and nothing is sent.
        A teacher labels COUNT texts to learn from and as many to test on, 300 if not given; answers.jsonl in OUTPUT keeps what is paid.
        Each student trains for --steps updates, 1200 if not given.
        """;

    private const string Recorded = "recorded";

    public bool IsRecorded => Teacher == Recorded;

    public static Arguments Parse(string[] args)
    {
        var parsed = new Arguments("text-model", Recorded, "gpt-4o-mini", 300, 1200);
        for (int i = 0; i < args.Length; i++)
        {
            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[^1]} must be followed by a value.", nameof(args));
            parsed = args[i] switch
            {
                "--teacher" => parsed with { Teacher = Value() },
                "--model" => parsed with { Model = Value() },
                "--texts" => parsed with { Texts = Count("--texts", Value(), 30) },
                "--steps" => parsed with { Steps = Count("--steps", Value(), 1) },
                string option when option.StartsWith('-') => throw new ArgumentException($"There is no option {option}.", nameof(args)),
                string output => parsed with { Output = output },
            };
        }

        return parsed;
    }

    private static int Count(string option, string text, int least) => int.TryParse(text, CultureInfo.InvariantCulture, out int count) && count >= least
        ? count
        : throw new ArgumentException($"{option} must be a number of at least {least}, but is '{text}'.", nameof(text));
}
