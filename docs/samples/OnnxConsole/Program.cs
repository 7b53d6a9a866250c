using System.Globalization;
using OnnxConsole;

if (args.Length != 1)
{
    Console.Error.WriteLine("Classifies samples with an ONNX file. Give the file; samples come from the standard input, one a line, as numbers with commas between.");
    return 2;
}

using var classifier = new Classifier(args[0]);
while (Console.ReadLine() is { } line)
{
    float[] sample = [.. line.Split(',').Select(number => float.Parse(number, CultureInfo.InvariantCulture))];
    Classification found = classifier.Classify(sample);
    Console.WriteLine(FormattableString.Invariant($"{found.Label} {found.Probability:P1}"));
}

return 0;
