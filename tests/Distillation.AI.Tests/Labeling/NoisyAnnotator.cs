using System.Globalization;

namespace Distillation.AI.Tests;

/// <summary>
/// A simulated model that confuses classes with their neighbors, A with B and C with D: all samples of a text share its evidence, and votes are surer than
/// that. It may take a share of the texts of a class for the next one, in all of its votes.
/// </summary>
internal sealed class NoisyAnnotator(int seed, double mistaken = 0)
{
    private const int Classes = 4;

    public static string Name(int label) => $"class {(char)('A' + label)}";

    public int Truth(int text) => (int)(Draw($"truth {text}") * Classes);

    public Task<LabeledTexts> LabelAsync(int texts, int samples)
    {
        var task = new TextTask { Description = "Which class?", Labels = [.. Enumerable.Range(0, Classes).Select(k => new TextLabel { Name = Name(k) })] };
        var counts = new int[texts];
        var client = new ScriptedClient((messages, _) =>
        {
            int text = int.Parse(messages[^1].Text, CultureInfo.InvariantCulture);
            return ScriptedClient.Label(Name(Vote(text, Interlocked.Increment(ref counts[text]))));
        });
        var options = new ChatLabelerOptions { Probabilities = new VoteShares { Samples = samples } };
        return new ChatLabeler(client, task, options).LabelAsync([.. Enumerable.Range(0, texts).Select(i => i.ToString(CultureInfo.InvariantCulture))]);
    }

    // The evidence is N(1.5, 1) for the class of the text, N(0.75, 1) for its neighbor and N(0, 1) for the others; votes are drawn from softmax(4 · evidence),
    // which is surer than the evidence allows. 3 % of the votes are noise.
    private int Vote(int text, int sample)
    {
        int truth = Truth(text) is 0 or 2 && Draw($"mistaken {text}") < mistaken ? Truth(text) + 1 : Truth(text);
        double[] odds = [.. Enumerable.Range(0, Classes).Select(k => Math.Exp(4 * ((k == truth ? 1.5 : k == (truth ^ 1) ? 0.75 : 0) + Normal($"{text} {k}"))))];
        double vote = Draw($"vote {text} {sample}");
        if (vote < 0.03)
        {
            return (int)(vote / 0.03 * Classes);
        }

        double left = (vote - 0.03) / 0.97 * odds.Sum();
        int label = 0;
        while (label < Classes - 1 && left > odds[label])
        {
            left -= odds[label++];
        }

        return label;
    }

    private double Normal(string use) => Math.Sqrt(-2 * Math.Log(1 - Draw($"radius {use}"))) * Math.Cos(2 * Math.PI * Draw($"angle {use}"));

    private double Draw(string use) => (new SeededDraws(seed, use).Next() >> 11) * (1.0 / (1UL << 53));
}
