using Distillation.Losses;

namespace Distillation.Tests.Losses.Relations;

public sealed class AffinityLossTests
{
    [Fact]
    public void Affinities_differ_by_the_norm_of_their_matrices()
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 3, 2, 2, 3), LayerValue.Random(2, 3, 2, 2, 3));

        Close.ShouldBe(
            LayerValue.Of(new AffinityLoss("student", "teacher"), student, teacher),
            Reference(Close.Numbers(student), Close.Numbers(teacher), samples: 3, channels: 2, places: 6),
            1e-9);
    }

    [Fact]
    public void Channel_that_is_dead_in_one_model_is_far_from_a_living_one()
    {
        using var scope = torch.NewDisposeScope();

        LayerValue.Of(new AffinityLoss("student", "teacher"), LayerValue.Random(1, 1, 1, 2, 2), torch.zeros(1, 1, 2, 2, torch.ScalarType.Float64))
            .Should().BeApproximately(1.0 / 4, 1e-12);
    }

    // The matrices themselves, as the definition has them.
    private static double Reference(double[] student, double[] teacher, int samples, int channels, int places)
    {
        double total = 0;
        for (int channel = 0; channel < samples * channels; channel++)
        {
            double[] left = Unit(student[(channel * places)..((channel + 1) * places)]);
            double[] right = Unit(teacher[(channel * places)..((channel + 1) * places)]);
            double square = 0;
            for (int i = 0; i < places; i++)
            {
                for (int j = 0; j < places; j++)
                {
                    square += Math.Pow(((left[i] * left[j]) - (right[i] * right[j])) / places, 2);
                }
            }

            total += Math.Sqrt(square);
        }

        return total / samples;
    }

    private static double[] Unit(double[] vector)
    {
        double norm = Math.Sqrt(vector.Sum(number => number * number));
        return [.. vector.Select(number => number / norm)];
    }
}
