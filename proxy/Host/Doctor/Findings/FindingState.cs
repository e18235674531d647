namespace ImdsProxy.Doctor.Findings;

/// <summary>The result of a check.</summary>
internal enum FindingState
{
    /// <summary>What the check looked at is as it should be.</summary>
    Good,

    /// <summary>ImdsProxy works, but somebody should look at this.</summary>
    Warning,

    /// <summary>ImdsProxy does not work, or pods are not guarded.</summary>
    Broken,

    /// <summary>The check can't be made in this place.</summary>
    NotApplicable,
}
