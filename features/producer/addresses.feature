@producer @v1.0
Feature: Addresses
  Every group of operations has an address of its own, and deployed clients write it in more than one way: with a
  slash at its end, and with a content type although there is no content.

  @DM-GEN-001
  Scenario Outline: <what> are served at their published address
    Given an instance of account "ACME"
    When GET is sent to "<address>"
    Then the answer has status 200

    Examples:
      | what      | address                          |
      | Instances | /provisioning/api/v1.0/instances |

    @DM-AUTH-031
    Examples:
      | what | address                        |
      | Keys | /floating/api/v1.0/public-keys |

    @DM-LINE-029
    Examples:
      | what       | address                                               |
      | Line items | /provisioning/api/v1.0/instances/$INSTANCE/line-items |

    @DM-RATE-007
    Examples:
      | what        | address                            |
      | Rate tables | /provisioning/api/v1.0/rate-tables |

    @DM-SES-002
    Examples:
      | what     | address                                 |
      | Sessions | /api/v1.0/sessions?instanceId=$INSTANCE |

  @DM-GEN-001 @DM-ACC-001
  Scenario: One-off requests are served at their published address
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is granted

  @DM-GEN-002
  Scenario Outline: <what> may be served at a second address
    When GET is sent to "<address>"
    Then the answer follows the reading "<reading>"

    Examples:
      | what      | address             | reading                |
      | Instances | /api/v1.0/instances | address.instances.http |

    @DM-AUTH-031
    Examples:
      | what | address               | reading           |
      | Keys | /api/v1.0/public-keys | address.keys.http |

  @DM-GEN-004
  Scenario: A slash before the query of a list
    Given an instance of account "ACME"
    When GET is sent to "/provisioning/api/v1.0/instances/?size=500"
    Then the answer has status 200
    And the answer holds:
      | path         | value |
      | content/0/id | *     |

  @DM-GEN-004
  Scenario: A slash before the query of a deletion
    Given a rate table "1" of series "CAD", effective in 5 days, with:
      | item   | version | rate |
      | Render | 2.0     | 4    |
    When DELETE is sent to "/provisioning/api/v1.0/rate-tables/?series=CAD&version=1"
    Then the answer has status 204

  @DM-GEN-006
  Scenario: A list that is asked for as JSON
    When GET without a body is sent to "/provisioning/api/v1.0/instances" as JSON
    Then the answer has status 200

  @DM-GEN-006
  Scenario: A deletion that is asked for as JSON
    Given a rate table "1" of series "CAD", effective in 5 days, with:
      | item   | version | rate |
      | Render | 2.0     | 4    |
    When DELETE without a body is sent to "/provisioning/api/v1.0/rate-tables?series=CAD&version=1" as JSON
    Then the answer has status 204

  @DM-GEN-008
  Scenario: An answer with a body is JSON
    When GET is sent to "/provisioning/api/v1.0/instances"
    Then the answer is JSON

  @DM-GEN-008
  Scenario: An answer without a body has none
    Given a rate table "1" of series "CAD", effective in 5 days, with:
      | item   | version | rate |
      | Render | 2.0     | 4    |
    When the producer deletes the rate table "1" of series "CAD"
    Then the answer has no body

  @DM-GEN-003
  Scenario: What one version made the other one knows
    Given an instance of account "ACME"
    And the API is spoken in version v1.1
    When the producer reads the instance
    Then the answer has status 200
