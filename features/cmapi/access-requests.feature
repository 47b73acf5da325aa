@client @cls @site
Feature: Access requests to license servers
  A client application asks for all that its host wants to hold; the answer tells what the host holds from then on.

  Background:
    Given a license server with the features:
      | feature | version | count | line item |
      | f1      | 1.0     | 3     | act-1     |
      | f2      | 1.0     | 1     | act-2     |

  @CM-ACC-001 @CM-RSP-002
  Scenario: All that is asked for is granted
    When host A requests together:
      | feature | count |
      | f1      | 2     |
      | f2      | 1     |
    Then the answer grants:
      | feature | version | count |
      | f1      | 1.0     | 2     |
      | f2      | 1.0     | 1     |

  @CM-RSP-002
  Scenario: When all is granted nothing is denied
    When host A requests 2 of "f1"
    Then nothing is denied

  @CM-RSP-001
  Scenario: The host is echoed
    When host A requests 2 of "f1"
    Then the answer holds:
      | path                | value  |
      | requestHostId/type  | string |
      | requestHostId/value | A      |

  @CM-RSP-001 @CM-HTTP-008
  Scenario: A denial is an answer with a code in text
    When host A requests 4 of "f1"
    Then "f1" is denied

  @CM-ACC-002 @CM-HTTP-006
  Scenario Outline: A request names its host
    When the client sends POST "access_request":
      """
      {"hostId": <host>, "features": []}
      """
    Then the answer has status 400

    Examples:
      | host                            |
      | null                            |
      | {"type": "string"}              |
      | {"type": "string", "value": ""} |
      | {"type": "", "value": "A"}      |

  @CM-ACC-003
  Scenario: A type of host that is not known
    When host A sends the request:
      """
      {"hostId": {"type": "PIGEON", "value": "A"}, "features": []}
      """
    Then the answer follows the reading "cmapi.host_type.unknown.http"

  @CM-ACC-004 @CM-HTTP-006
  Scenario Outline: A feature has name, version and a whole count
    When host A sends the request:
      """
      {"features": [<feature>]}
      """
    Then the answer has status 400

    Examples:
      | feature                                              |
      | {"name": "f1", "version": "1.0", "count": 1.5}       |
      | {"name": "f1", "version": "1.0", "count": 2147483648} |
      | {"version": "1.0", "count": 1}                       |
      | {"name": "f1", "count": 1}                           |

  @CM-ACC-005
  Scenario: A complete request takes nothing off
    When host A sends the request:
      """
      {"features": [{"name": "f1", "version": "1.0", "count": -1}]}
      """
    Then the answer has status 400

  @CM-ACC-006
  Scenario Outline: A vendor dictionary holds texts and whole numbers
    When host A sends the request:
      """
      {"vendorDictionary": {"key": <value>}}
      """
    Then the answer has status 400

    Examples:
      | value      |
      | {"a": 1}   |
      | true       |
      | 1.5        |
      | 2147483648 |

  @CM-RSP-003
  Scenario: What is not granted is listed
    When host A requests together:
      | feature | count |
      | f1      | 1     |
      | f2      | 2     |
    Then "f2" is denied

  @CM-GRANT-007
  Scenario: A denied feature does not block the others
    When host A requests together:
      | feature | count |
      | f2      | 2     |
      | f1      | 1     |
    Then the answer grants:
      | feature | count |
      | f1      | 1     |

  @CM-GRANT-001 @CM-GRANT-005
  Scenario: A complete request begins anew
    When host A requests 2 of "f1"
    And host A requests 3 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 3     |

  @CM-GRANT-005
  Scenario: What is left out is given back
    When host A requests 2 of "f1"
    And host A requests 1 of "f2"
    Then the answer grants:
      | feature | count |
      | f2      | 1     |

  @CM-GRANT-002
  Scenario: Nothing wanted is all given back
    When host A requests 2 of "f1"
    And host A gives everything back
    And host B requests 3 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 3     |

  @CM-GRANT-003
  Scenario: A full return grants nothing and denies nothing
    When host A requests 2 of "f1"
    And host A gives everything back
    Then nothing is granted
    And nothing is denied

  @CM-GRANT-003
  Scenario: How an answer tells that nothing is held
    When host A gives everything back
    Then the license server shows its choice of "cmapi.features.none"

  @CM-RSP-002
  Scenario: How an answer tells that nothing is denied
    When host A requests 1 of "f1"
    Then the license server shows its choice of "cmapi.statuses.none"

  @CM-GRANT-009
  Scenario: Who holds nothing may give everything back
    When host A gives everything back
    Then nothing is denied

  @CM-GRANT-008
  Scenario: Who asks again for more than there is ends with none
    When host A requests 2 of "f1"
    And host A requests 4 of "f1"
    And host B requests 3 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 3     |

  @CM-RSP-006
  Scenario: A higher version serves
    Given a license server with the features:
      | feature | version | count |
      | f3      | 2.0     | 1     |
    When host A requests 1 of "f3" "1.5"
    Then nothing is denied

  @CM-RSP-006
  Scenario: A lower version does not serve
    When host A requests 1 of "f1" "1.5"
    Then "f1" is denied

  @CM-RSP-005
  Scenario: Which version an answer shows
    Given a license server with the features:
      | feature | version | count |
      | f3      | 2.0     | 1     |
    When host A requests 1 of "f3"
    Then the license server shows its choice of "cmapi.version_shown"
