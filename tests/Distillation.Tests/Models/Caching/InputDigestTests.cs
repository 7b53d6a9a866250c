using CsCheck;
using Distillation.Caching;

namespace Distillation.Tests.Caching;

public sealed class InputDigestTests
{
    [Fact]
    public void Any_changed_byte_changes_the_digest() =>
        Gen.Byte.Array[1, 40].SelectMany(bytes => Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[1, 255]).Select(change => (bytes, change))).ForAll(sample =>
        {
            (byte[] bytes, (int place, byte by)) = sample;
            byte[] changed = [.. bytes];
            changed[place] ^= by;

            return InputDigest.Of(changed) != InputDigest.Of(bytes);
        });

    [Fact]
    public void Samples_that_change_places_change_their_digests()
    {
        using var scope = torch.NewDisposeScope();
        Tensor inputs = Some.Inputs(4);
        ulong[] digests = InputDigest.OfAll(BatchOf(inputs));

        InputDigest.OfAll(BatchOf(inputs.flip(0))).Should().Equal(digests.Reverse());
        digests.Distinct().Should().HaveCount(4);
    }

    [Fact]
    public void Inputs_with_gaps_in_memory_have_the_digest_of_their_values()
    {
        using var scope = torch.NewDisposeScope();
        Tensor inputs = Some.Inputs(4);
        Tensor transposed = inputs.t().contiguous().t();
        ulong[] digests = InputDigest.OfAll(BatchOf(inputs));

        InputDigest.OfAll(BatchOf(transposed)).Should().Equal(digests);
        InputDigest.Of(BatchOf(transposed), 2).Should().Be(digests[2]);
        InputDigest.Of(BatchOf(inputs), 2).Should().Be(digests[2]);
    }

    private static Batch BatchOf(Tensor inputs) => new(inputs, null, torch.arange(inputs.size(0), torch.ScalarType.Int64));
}
