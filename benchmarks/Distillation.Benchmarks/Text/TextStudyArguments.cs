using System.Globalization;

namespace Distillation.Benchmarks.Text;

/// <summary>The arguments of a study of texts.</summary>
/// <param name="File">A JSON object with <c>text</c> and <c>label</c> a line.</param>
/// <param name="Labeled">The number of labeled texts of each label.</param>
/// <param name="Unlabeled">The largest number of unlabeled texts.</param>
/// <param name="Test">The number of test texts.</param>
/// <param name="Seeds">The number of draws.</param>
internal sealed record TextStudyArguments(string File, int Labeled, int Unlabeled, int Test, int Seeds)
{
    public static TextStudyArguments? Parse(string[] args)
    {
        if (args.Length is < 1 or > 5)
        {
            Console.Error.WriteLine("Arguments: FILE [LABELED_OF_A_LABEL] [UNLABELED] [TEST] [SEEDS], FILE with a JSON object {\"text\", \"label\"} a line");
            return null;
        }

        int Number(int place, int otherwise) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;
        return new(args[0], Number(1, 20), Number(2, 4500), Number(3, 1500), Number(4, 6));
    }
}
