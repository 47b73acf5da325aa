@client @cls @site
Feature: Increments and parts
  An incremental request adds to what a host holds or takes off from it. A partial one is content with what is there.

  Background:
    Given a license server with the features:
      | feature | count |
      | f1      | 3     |
      | f2      | 1     |

  @CM-INC-001
  Scenario: Adding leaves what is held
    When host A requests 1 of "f1"
    And host A adds 2 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 3     |

  @CM-INC-001
  Scenario: Giving back takes off what is named
    When host A requests 3 of "f1"
    And host A gives back 1 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 2     |

  @CM-INC-001
  Scenario: What was given back is there for others
    When host A requests 3 of "f1"
    And host A gives back 2 of "f1"
    And host B requests 2 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 2     |

  @CM-INC-002
  Scenario: Asking for nothing shows what is held
    When host A requests 2 of "f1"
    And host A asks what it holds
    Then the answer grants:
      | feature | count |
      | f1      | 2     |

  @CM-INC-003
  Scenario: Adding and giving back at once
    When host A requests 2 of "f1"
    And host A sends the request:
      """
      {"incremental": true, "features": [{"name": "f1", "version": "1.0", "count": -1},
       {"name": "f2", "version": "1.0", "count": 1}]}
      """
    Then the license server shows its choice of "cmapi.increment.mixed_signs"

  @CM-INC-004
  Scenario: More is given back than is held
    When host A requests 1 of "f1"
    And host A gives back 2 of "f1"
    And host A asks what it holds
    Then the answer grants:
      | feature | count |
      | f1      | 1     |

  @CM-INC-005
  Scenario: The answer shows all that is held
    When host A requests 2 of "f1"
    And host A adds 1 of "f2"
    Then the answer grants:
      | feature | count |
      | f1      | 2     |
      | f2      | 1     |

  @CM-PART-001
  Scenario: Without the whole count nothing is granted
    When host B requests 2 of "f1"
    And host A requests 2 of "f1"
    Then "f1" is denied
    And 2 of "f1" are in use

  @CM-PART-002 @CM-PART-005
  Scenario: A part is taken when asked for
    When host B requests 2 of "f1"
    And host A takes at most 2 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 1     |

  @CM-PART-003
  Scenario: There is no part of nothing
    When host B requests 3 of "f1"
    And host A takes at most 2 of "f1"
    Then "f1" is denied

  @CM-PART-004
  Scenario: Whether a part is also a denial
    When host B requests 2 of "f1"
    And host A takes at most 2 of "f1"
    Then the license server shows its choice of "cmapi.partial.status"

  @CM-GRANT-008 @CM-INC-004
  Scenario: The worked sequence
    When host A requests 2 of "f1"
    And host B requests 2 of "f1"
    And host B takes at most 2 of "f1"
    And host A asks what it holds
    And host A gives back 1 of "f1"
    And host A gives back 2 of "f1"
    Then 2 of "f1" are in use
    When host A requests 2 of "f1"
    Then 3 of "f1" are in use
    When host A requests 3 of "f1"
    Then 1 of "f1" is in use
    When host B gives everything back
    Then 0 of "f1" are in use
