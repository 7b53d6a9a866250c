namespace Distillation.Losses;

/// <summary>Where in a map the boxes of objects are.</summary>
internal static class BoxMasks
{
    /// <summary>Weighs the places of a map by the boxes that they are in.</summary>
    /// <param name="boxes">Left, top, right and bottom as shares of width and height, [N, B, 4]; a box without width or height is none.</param>
    /// <param name="map">The map, [N, C, H, W].</param>
    /// <returns>
    /// Foreground: of each place one by the number of places of the smallest box that it is in, those beyond the edge of the map among them, and 0 outside.
    /// Background: one by the number of the places that are in no box, and 0 in boxes. Both [N, 1, H, W].
    /// </returns>
    /// <exception cref="InvalidOperationException">The boxes have another shape.</exception>
    public static (Tensor Foreground, Tensor Background) Of(Tensor boxes, Tensor map)
    {
        if (boxes.dim() != 3 || boxes.size(0) != map.size(0) || boxes.size(2) != 4)
        {
            throw new InvalidOperationException($"Boxes must be [{map.size(0)}, B, 4] for a map {Shapes.Of(map)}, but are {Shapes.Of(boxes)}.");
        }

        boxes = boxes.to(torch.ScalarType.Float64);
        Tensor exists = boxes.narrow(2, 2, 1).gt(boxes.narrow(2, 0, 1)).logical_and(boxes.narrow(2, 3, 1).gt(boxes.narrow(2, 1, 1)));
        Tensor columns = Inside(boxes.select(2, 0), boxes.select(2, 2), map.size(3));
        Tensor rows = Inside(boxes.select(2, 1), boxes.select(2, 3), map.size(2));
        Tensor inside = rows.unsqueeze(3) * columns.unsqueeze(2) * exists.to(rows.dtype).unsqueeze(3);
        Tensor area = (Length(boxes, 0, map.size(3)) * Length(boxes, 1, map.size(2))).unsqueeze(3).ClampMin(1);
        Tensor foreground = boxes.size(1) == 0
            ? torch.zeros([map.size(0), 1, map.size(2), map.size(3)], torch.ScalarType.Float64, map.device)
            : (inside / area).amax([1L], keepdim: true);
        Tensor outside = foreground.Eq(0).to(torch.ScalarType.Float64);
        return (foreground.to(map.dtype), (outside / outside.sum([2, 3], keepdim: true).ClampMin(1)).to(map.dtype));
    }

    private static Tensor Length(Tensor boxes, long side, long places) =>
        boxes.narrow(2, side + 2, 1).Mul(places).ceil().Add(1) - boxes.narrow(2, side, 1).Mul(places).floor();

    // From the place where a box begins to that where it ends, both among them, [N, B, places].
    private static Tensor Inside(Tensor from, Tensor to, long places)
    {
        Tensor place = KeptAliveScalar.Arange(0, places, torch.ScalarType.Float64, from.device);
        return place.ge(from.Mul(places).floor().unsqueeze(2)).logical_and(place.le(to.Mul(places).ceil().unsqueeze(2))).to(torch.ScalarType.Float64);
    }
}
