@client @cls @site
Feature: Previews
  A preview tells what a request would get, and changes nothing.

  Background:
    Given a license server with the features:
      | feature | count | selectors          |
      | f1      | 10    |                    |
      | f2      | 1     |                    |
      | f3      | 1     | {"region": "EMEA"} |

  @CM-PRE-001 @CM-PRE-002 @CM-PRE-003
  Scenario: A preview is answered like a request
    When host A previews 2 of "f1"
    Then the answer holds:
      | path                       | value  |
      | requestHostId/value        | A      |
      | features/0/name            | f1     |
      | serverLicenseRenewInterval | absent |

  @CM-PRE-004
  Scenario: A preview takes nothing
    When host A previews 2 of "f1"
    Then 0 of "f1" are in use

  @CM-PRE-005 @inferred
  Scenario: A preview of nothing shows everything
    When host A previews everything
    Then the answer grants:
      | feature |
      | f1      |
      | f2      |

  @CM-PRE-006
  Scenario: A preview shows what could be had at most
    When host B requests 3 of "f1"
    And host A previews 2 of "f1"
    Then the answer grants:
      | feature | count | most |
      | f1      | 2     | 7    |

  @CM-PRE-007 @inferred
  Scenario: A preview tells what is not available
    When host A previews 2 of "f2"
    Then "f2" is denied

  @CM-DIC-004
  Scenario: A preview selects like a request
    When host A previews 1 of "f3" for the region "EMEA"
    Then nothing is denied
