namespace CrdrTools.Core.Operations;

/// <summary>
/// The obligation that a move without a fence leaves (safety rule S9): keep clients away from the old side, which may go on taking
/// writes. It is honoured once that side follows the other, or takes the writes again.
/// </summary>
internal static class MemberFence
{
    private const string Prefix = "fence-member:";

    public static string IdOf(Side side) => Prefix + side;

    public static Side? SideOf(CrdrObligation obligation) =>
        obligation.Id.StartsWith(Prefix, StringComparison.Ordinal) && Enum.TryParse(obligation.Id.Substring(Prefix.Length), out Side side) ? side : null;

    public static string Words(string member) => $"keep every client away from {member}: nothing fences it, and what it still takes is lost";
}
